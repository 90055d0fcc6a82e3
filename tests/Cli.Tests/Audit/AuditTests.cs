using System.Text.Json;
using Tideway.Cli.Tests.Support;

namespace Tideway.Cli.Tests.Audit;

public sealed class AuditTests : IAsyncLifetime
{
    private const string Path = "/api/tideway/v1/audit";

    private FakeApi api = null!;

    public async ValueTask InitializeAsync() => api = await FakeApi.StartAsync();

    public ValueTask DisposeAsync() => api.DisposeAsync();

    [Fact]
    public async Task Filters_become_parameters()
    {
        api.On(
            $"GET {Path}?start_time=2026-11-23T10%3A00%3A00%2B01%3A00&end_time=2026-11-24&actor=a&recipient=r&provider=p&share=s&schema=c&table=t&action=x&direction=outbound&decision=refused&request_id=q&service=v&order=asc&max_results=10",
            """{"records":[{"event_time":"2026-11-23T10:00:00Z","share":"s","schema":"c","table":"t","response":{"status_code":403}}]}"""
        );

        var run = await CliRun.Async(
            api,
            "audit",
            "--start",
            "2026-11-23T10:00:00+01:00",
            "--end",
            "2026-11-24",
            "--actor",
            "a",
            "--recipient",
            "r",
            "--provider",
            "p",
            "--share",
            "s",
            "--schema",
            "c",
            "--table",
            "t",
            "--action",
            "x",
            "--direction",
            "outbound",
            "--decision",
            "refused",
            "--request-id",
            "q",
            "--service",
            "v",
            "--oldest-first",
            "--limit",
            "10"
        );

        run.ExitCode.ShouldBe(0, run.Error);
        run.Lines[1].ShouldContain("s.c.t");
        run.Lines[1].ShouldContain("403");
    }

    [Fact]
    public async Task The_volume_that_was_asked_for_is_part_of_the_object()
    {
        api.On($"GET {Path}?max_results=50", """{"records":[{"share":"s","schema":"c","request_params":{"volume":"v","parameters":{}}}]}""");

        (await CliRun.Async(api, "audit")).Lines[1].Trim().ShouldBe("s.c.v");
    }

    [Fact]
    public async Task A_limit_beyond_a_page_is_met_over_several()
    {
        api.On($"GET {Path}?max_results=1000", $$"""{"records":[{{string.Join(',', Enumerable.Repeat("{}", 1000))}}],"next_page_token":"n"}""");
        api.On($"GET {Path}?max_results=200&page_token=n", $$"""{"records":[{{string.Join(',', Enumerable.Repeat("{}", 200))}}],"next_page_token":"m"}""");

        var run = await CliRun.Async(api, "audit", "--limit", "1200", "-o", "json");

        run.Json.GetArrayLength().ShouldBe(1200);
    }

    [Fact]
    public async Task Follow_shows_what_comes_after_the_head_until_cancelled()
    {
        using var cancelled = new CancellationTokenSource();
        api.On($"GET {Path}/head", """{"sequence":7,"hash":"00"}""");
        api.On($"GET {Path}/export?recipient=acme&after_sequence=7", "{\"sequence\":8,\"action_name\":\"one\"}\n{\"sequence\":9,\"action_name\":\"two\"}\n");
        api.On(
            $"GET {Path}/export?recipient=acme&after_sequence=9",
            async context =>
            {
                await cancelled.CancelAsync();
                await Task.Delay(Timeout.Infinite, context.RequestAborted);
            }
        );

        var run = await new CliRun { CancellationToken = cancelled.Token }.RunAsync(api, "audit", "--recipient", "acme", "--follow", "-o", "json");

        run.ExitCode.ShouldBe(130);
        run.Lines.Select(line => JsonDocument.Parse(line).RootElement.GetProperty("action_name").GetString()).ShouldBe(["one", "two"]);
    }

    [Fact]
    public async Task Export_writes_the_lines_as_they_came()
    {
        api.On($"GET {Path}/export?after_sequence=5", "{\"sequence\":6,\"x\":1.50}\n{\"sequence\":7}\n");

        var run = await CliRun.Async(api, "audit", "export", "--after", "5");

        run.Lines.ShouldBe(["""{"sequence":6,"x":1.50}""", """{"sequence":7}"""]);
    }

    [Fact]
    public async Task Get_shows_one_record()
    {
        api.On($"GET {Path}/0198a5a0-0000-7000-8000-000000000001", """{"event_id":"0198a5a0-0000-7000-8000-000000000001","request_params":{"a":"b"}}""");

        (await CliRun.Async(api, "audit", "get", "0198a5a0-0000-7000-8000-000000000001")).Out.ShouldContain("a=b");
    }

    [Fact]
    public async Task Verify_of_a_broken_record_is_exit_code_1_and_names_it()
    {
        api.On(
            $"GET {Path}/verify",
            """{"verified_count":4,"valid":false,"first_broken":{"sequence":5,"reason":"altered","message":"Its content does not have the hash it carries."}}"""
        );

        var run = await CliRun.Async(api, "audit", "verify", "-o", "json");

        run.ExitCode.ShouldBe(1);
        run.Json.GetProperty("first_broken").GetProperty("sequence").GetInt32().ShouldBe(5);
        run.Error.ShouldContain("Its content does not have the hash it carries.");
    }

    [Fact]
    public async Task Verify_of_a_whole_record_is_exit_code_0()
    {
        api.On($"GET {Path}/verify", """{"verified_count":4,"valid":true}""");

        (await CliRun.Async(api, "audit", "verify")).ExitCode.ShouldBe(0);
    }
}
