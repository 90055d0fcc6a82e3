using System.Net;
using Tideway.Contracts.RecipientAuth;
using Tideway.RecipientAuth.Tests.Hosts;
using static Tideway.RecipientAuth.Tests.Hosts.Answers;

namespace Tideway.RecipientAuth.Tests.Activation;

/// <summary>Each refused activation is on record, with the reason that the stranger is not told.</summary>
public sealed class RefusedActivationTests : IAsyncLifetime
{
    private const string UnknownLink = "/api/2.1/unity-catalog/public/data_sharing_activation/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    private RecipientAuthProcess process = null!;

    public async ValueTask InitializeAsync() => process = await RecipientAuthProcess.StartAsync();

    public ValueTask DisposeAsync() => process.DisposeAsync();

    [Fact]
    public async Task An_unknown_link_is_told_without_a_recipient()
    {
        (await process.ActivateAsync(UnknownLink, from: "198.51.100.7")).Status.ShouldBe(HttpStatusCode.NotFound);

        var refused = await RefusalAsync("unknown");
        (refused.Action, refused.RecipientId, refused.RecipientName, refused.SourceIp).ShouldBe(("retrieveRecipientToken", null, null, "198.51.100.7"));
    }

    [Fact]
    public async Task A_link_that_was_used_is_told_with_its_recipient()
    {
        var link = await process.CreateRecipientAsync("acme");
        await process.TokenOfAsync(link);

        (await process.ActivateAsync(link)).Status.ShouldBe(HttpStatusCode.NotFound);

        var refused = await RefusalAsync("used");
        refused.RecipientName.ShouldBe("acme");
        refused.RecipientId.ShouldNotBeNull();
    }

    [Fact]
    public async Task A_link_from_an_address_that_is_not_allowed_is_told_with_that_address()
    {
        var link = await process.CreateRecipientAsync("acme", new { ip_access_list = new { allowed_ip_addresses = new[] { "198.51.100.7" } } });

        (await process.ActivateAsync(link, from: "203.0.113.9")).Status.ShouldBe(HttpStatusCode.NotFound);

        var refused = await RefusalAsync("address_not_allowed");
        (refused.RecipientName, refused.SourceIp).ShouldBe(("acme", "203.0.113.9"));
    }

    [Fact]
    public async Task Links_and_recipients_whose_time_is_over_are_told_apart()
    {
        var late = await process.CreateRecipientAsync("late");
        var ended = await process.CreateRecipientAsync("ended", new { expiration_time = process.Time.GetUtcNow().AddDays(1).ToUnixTimeMilliseconds() });
        process.Time.Advance(TimeSpan.FromHours(25));
        await process.ActivateAsync(ended);
        process.Time.Advance(TimeSpan.FromHours(72));
        await process.ActivateAsync(late);

        (await RefusalAsync("recipient_expired")).RecipientName.ShouldBe("ended");
        (await RefusalAsync("link_expired")).RecipientName.ShouldBe("late");
    }

    [Fact]
    public async Task Looking_at_a_link_that_cannot_be_used_is_told_as_such()
    {
        await process.ActivateAsync(UnknownLink.Replace("activation/", "activation_info/", StringComparison.Ordinal));

        (await RefusalAsync("unknown")).Action.ShouldBe("getActivationUrlInfo");
    }

    private Task<RecipientActivationRefused> RefusalAsync(string reason) => process.Events.WaitForAsync<RecipientActivationRefused>(e => e.Reason == reason);
}
