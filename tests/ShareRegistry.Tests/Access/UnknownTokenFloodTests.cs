using System.Net;
using Tideway.Contracts.ShareRegistry;
using Tideway.ShareRegistry.Tests.Hosts;
using Tideway.Testing;

namespace Tideway.ShareRegistry.Tests.Access;

public sealed class UnknownTokenFloodTests : IAsyncLifetime
{
    private const string Shares = "/delta-sharing/shares";
    private const string Attacker = "192.0.2.66";

    private RegistryProcess process = null!;

    public async ValueTask InitializeAsync() => process = await RegistryProcess.StartAsync();

    public ValueTask DisposeAsync() => process.DisposeAsync();

    [Fact]
    [ProtocolRule("Limits and load", "Guessing of tokens ends in 429 with Retry-After for the address that guesses, and for nobody else")]
    public async Task Guesses_from_one_address_end_in_429_there_and_nowhere_else()
    {
        var acme = await process.AddRecipientAsync("acme");

        // Many at once, so that they fall into one second on a slow machine too.
        Answer? limited = null;
        for (var round = 0; round < 50 && limited is null; round++)
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => GuessAsync($"guess-{round}-{i}")));
            answers.ShouldAllBe(answer => answer.Status == HttpStatusCode.Unauthorized || answer.Status == HttpStatusCode.TooManyRequests);
            limited = answers.FirstOrDefault(answer => answer.Status == HttpStatusCode.TooManyRequests);
        }

        limited.ShouldNotBeNull().ProtocolCode.ShouldBe("TOO_MANY_REQUESTS");
        limited.Header("Retry-After").ShouldBe("1");
        (await acme.Http.GetAnswerAsync(Shares)).ShouldBe(HttpStatusCode.OK);
        await process.Events.WaitForAsync<ShareAccessed>(e => e.Status == 429 && e.SourceIp == Attacker);
    }

    private async Task<Answer> GuessAsync(string token) =>
        await process.Stranger.GetAnswerAsync(Shares, ("Authorization", "Bearer " + token), ("X-Forwarded-For", Attacker));
}
