using System.Text.Json;
using Tideway.Cli.Tests.Support;

namespace Tideway.Cli.Tests.Syncs;

public sealed class SyncTests : IAsyncLifetime
{
    private const string Path = "/api/tideway/v1/syncs";
    private const string Run = "7f0e";

    private FakeApi api = null!;

    public async ValueTask InitializeAsync() => api = await FakeApi.StartAsync();

    public ValueTask DisposeAsync() => api.DisposeAsync();

    [Fact]
    public async Task Create_posts_the_sync()
    {
        api.On($"POST {Path}", """{"name":"orders"}""", 201);

        var run = await CliRun.Async(
            api,
            "sync",
            "create",
            "orders",
            "--provider",
            "acme",
            "--share",
            "sales",
            "--schema",
            "public",
            "--table",
            "orders",
            "--mode",
            "merge",
            "--key",
            "id",
            "--key",
            "day",
            "--target",
            "file:///r",
            "--interval",
            "10m"
        );

        run.ExitCode.ShouldBe(0, run.Error);
        api.Requests.ShouldHaveSingleItem()
            .Body.ShouldBe(
                """{"name":"orders","provider":"acme","share":"sales","schema":"public","table":"orders","mode":"merge","keys":["id","day"],"target":"file:///r","interval_seconds":600}"""
            );
    }

    [Fact]
    public async Task A_target_that_is_a_path_is_sent_as_its_absolute_address()
    {
        api.On($"POST {Path}", """{"name":"orders"}""", 201);

        var run = await CliRun.Async(
            api,
            "sync",
            "create",
            "orders",
            "--provider",
            "acme",
            "--share",
            "sales",
            "--schema",
            "public",
            "--table",
            "orders",
            "--mode",
            "mirror",
            "--target",
            "./received/orders"
        );

        run.ExitCode.ShouldBe(0, run.Error);
        var target = JsonDocument.Parse(api.Requests.ShouldHaveSingleItem().Body).RootElement.GetProperty("target").GetString();
        target.ShouldBe(new Uri(System.IO.Path.GetFullPath("received/orders")).AbsoluteUri);
    }

    [Fact]
    public async Task No_check_asks_for_a_sync_that_is_not_checked()
    {
        api.On($"POST {Path}?validate=false", """{"name":"orders"}""", 201);
        string[] command =
        [
            "sync",
            "create",
            "orders",
            "--provider",
            "acme",
            "--share",
            "sales",
            "--schema",
            "public",
            "--table",
            "orders",
            "--mode",
            "mirror",
            "--target",
            "file:///r",
            "--no-check",
        ];

        (await CliRun.Async(api, command)).ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task List_and_status_show_the_syncs()
    {
        const string Sync =
            """{"name":"orders","status":"failing","provider":"acme","share":"sales","schema":"public","table":"orders","last_run":{"state":"failed","reason":"no answer"}}""";
        api.On($"GET {Path}?max_results=1000", $$"""{"syncs":[{{Sync}}]}""").On($"GET {Path}/orders", Sync);

        (await CliRun.Async(api, "sync", "list")).Lines[1].ShouldMatch("^orders +failing +acme +sales.public.orders");
        (await CliRun.Async(api, "sync", "status", "orders")).Out.ShouldContain("no answer");
    }

    [Fact]
    public async Task Runs_asks_for_no_more_than_it_shows()
    {
        api.On(
            $"GET {Path}/orders/runs?max_results=2",
            """{"runs":[{"run_id":"a","state":"succeeded","bytes_done":1536},{"run_id":"b","state":"failed"}],"next_page_token":"more"}"""
        );

        var run = await CliRun.Async(api, "sync", "runs", "orders", "--limit", "2");

        run.Lines.Length.ShouldBe(3);
        run.Out.ShouldContain("1.5 KiB");
    }

    [Fact]
    public async Task Run_starts_a_run()
    {
        api.On($"POST {Path}/orders/run", $$"""{"run_id":"{{Run}}"}""", 202);

        var run = await CliRun.Async(api, "sync", "run", "orders", "-o", "json");

        run.Json.GetProperty("run_id").GetString().ShouldBe(Run);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Run_with_wait_follows_the_run_to_its_end(bool interactive)
    {
        api.On($"POST {Path}/orders/run", $$"""{"run_id":"{{Run}}"}""", 202)
            .On($"GET {Path}/orders/runs/{Run}", State("running", 0))
            .On($"GET {Path}/orders/runs/{Run}", State("running", 512))
            .On($"GET {Path}/orders/runs/{Run}", State("succeeded", 1024));

        var run = await new CliRun { IsInteractive = interactive }.RunAsync(api, "sync", "run", "orders", "--wait", "-o", "json");

        run.ExitCode.ShouldBe(0, run.Error);
        run.Json.GetProperty("state").GetString().ShouldBe("succeeded");
        if (!interactive)
            run.Error.ShouldContain("orders: running 50% 1/2 files, 512 B of 1 KiB");
    }

    [Fact]
    public async Task Run_with_wait_of_a_run_that_fails_is_exit_code_1_with_the_reason()
    {
        api.On($"POST {Path}/orders/run", $$"""{"run_id":"{{Run}}"}""", 202)
            .On($"GET {Path}/orders/runs/{Run}", $$"""{"run_id":"{{Run}}","state":"failed","reason":"The partner does not answer."}""");

        var run = await CliRun.Async(api, "sync", "run", "orders", "--wait");

        run.ExitCode.ShouldBe(1);
        run.Error.ShouldContain("The partner does not answer.");
    }

    [Fact]
    public async Task Waiting_can_be_cancelled()
    {
        using var cancelled = new CancellationTokenSource();
        api.On($"POST {Path}/orders/run", $$"""{"run_id":"{{Run}}"}""", 202)
            .On(
                $"GET {Path}/orders/runs/{Run}",
                async context =>
                {
                    await cancelled.CancelAsync();
                    await Microsoft.AspNetCore.Http.HttpResponseWritingExtensions.WriteAsync(context.Response, State("running", 1));
                }
            );

        var run = await new CliRun { CancellationToken = cancelled.Token }.RunAsync(api, "sync", "run", "orders", "--wait");

        run.ExitCode.ShouldBe(130);
    }

    [Fact]
    public async Task Delete_deletes()
    {
        api.On($"DELETE {Path}/orders", "", 204);

        (await CliRun.Async(api, "sync", "delete", "orders", "--yes")).ExitCode.ShouldBe(0);
    }

    private static string State(string state, int bytes) =>
        $$"""{"run_id":"{{Run}}","state":"{{state}}","bytes_done":{{bytes}},"bytes_total":1024,"files_done":{{bytes / 512}},"files_total":2}""";
}
