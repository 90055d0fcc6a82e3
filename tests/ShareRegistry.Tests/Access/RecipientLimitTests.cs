using System.Net;
using Tideway.Contracts.ShareRegistry;
using Tideway.ShareRegistry.Tests.Hosts;
using Tideway.Testing;

namespace Tideway.ShareRegistry.Tests.Access;

public sealed class RecipientLimitTests
{
    [Fact]
    [ProtocolRule(
        "Limits and load",
        "The service refuses a recipient beyond its limits, records that and goes on for others",
        Served = "RecipientLimits:CallsPerSecond, :Burst and :ConcurrentCalls"
    )]
    public async Task A_recipient_beyond_its_limits_is_refused_recorded_and_counted_while_others_are_served()
    {
        await using var process = await RegistryProcess.StartAsync("--RecipientLimits:CallsPerSecond=0.001", "--RecipientLimits:Burst=5");
        var (greedy, modest) = (await process.AddRecipientAsync("greedy"), await process.AddRecipientAsync("modest"));

        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => greedy.Http.GetAnswerAsync("/delta-sharing/shares")));

        answers.Count(answer => answer.Status == HttpStatusCode.OK).ShouldBe(5);
        var refused = answers.Where(answer => answer.Status == HttpStatusCode.TooManyRequests).ToList();
        refused.Count.ShouldBe(25);
        refused.ShouldAllBe(answer => answer.ProtocolCode == "TOO_MANY_REQUESTS" && int.Parse(answer.Header("Retry-After")!) >= 1);
        (await modest.Http.GetAnswerAsync("/delta-sharing/shares")).ShouldBe(HttpStatusCode.OK);
        var access = await process.Events.WaitForAsync<ShareAccessed>(e => e.Status == 429);
        (access.RecipientName, access.ErrorCode).ShouldBe(("greedy", "TOO_MANY_REQUESTS"));
    }

    [Theory]
    [InlineData("--RecipientLimits:CallsPerSecond=-1", "CallsPerSecond")]
    [InlineData("--RecipientLimits:Burst=0", "Burst")]
    public async Task Limits_that_make_no_sense_stop_the_start(string setting, string named) =>
        (await Should.ThrowAsync<Microsoft.Extensions.Options.OptionsValidationException>(() => RegistryProcess.StartAsync(setting))).Message.ShouldContain(
            named
        );
}
