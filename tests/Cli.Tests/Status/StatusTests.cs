using Tideway.Cli.Tests.Support;

namespace Tideway.Cli.Tests.Status;

public sealed class StatusTests
{
    [Fact]
    public async Task Both_directions_are_shown()
    {
        await using var api = await FakeApi.StartAsync();
        api.On(
            "GET /api/tideway/v1/health",
            """
            {"as_of":"2026-11-23T10:00:00Z",
             "outbound":{"refused_last_24h":3,"failed_last_24h":0,"refusals":[{"share":"sales","status_code":403,"count":3}],
               "accesses":[{"share":"sales","recipient_name":"acme","last_access_at":"2026-11-23T09:59:00Z","bytes_granted":2048}]},
             "inbound":{"syncs":[{"name":"orders","status":"failing","last_failure_reason":"no answer"},{"name":"other","status":"healthy"}]}}
            """
        );

        var run = await CliRun.Async(api, "status");

        run.ExitCode.ShouldBe(0, run.Error);
        run.Lines.ShouldContain("Refused in 24 h  3");
        run.Lines.ShouldContain("Syncs failing    1");
        run.Out.ShouldContain("2 KiB");
        run.Out.ShouldContain("no answer");
    }

    [Fact]
    public async Task A_direction_that_the_caller_may_not_see_is_left_out()
    {
        await using var api = await FakeApi.StartAsync();
        api.On("GET /api/tideway/v1/health", """{"as_of":"2026-11-23T10:00:00Z","outbound":{"refused_last_24h":0,"accesses":[]}}""");

        (await CliRun.Async(api, "status")).Out.ShouldNotContain("Syncs");
    }
}
