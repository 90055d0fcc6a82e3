using Tideway.Cli.Tests.Support;

namespace Tideway.Cli.Tests.Subscriptions;

public sealed class SubscriptionTests
{
    [Fact]
    public async Task List_asks_for_those_of_all_recipients()
    {
        await using var api = await FakeApi.StartAsync();
        api.On(
            "GET /api/tideway/v1/subscriptions/all?recipient_name=acme&share=sales&max_results=1000",
            """{"subscriptions":[{"id":"1","recipient_name":"acme","endpoint":"https://acme.example/events"}]}"""
        );

        var run = await CliRun.Async(api, "subscription", "list", "--recipient", "acme", "--share", "sales");

        run.ExitCode.ShouldBe(0, run.Error);
        run.Out.ShouldContain("https://acme.example/events");
    }
}
