using System.Net;
using System.Net.Sockets;
using Tideway.Cli.Tests.Support;

namespace Tideway.Cli.Tests.Api;

public sealed class FailureTests
{
    private const string List = "GET /api/2.1/unity-catalog/shares?max_results=1000";

    [Theory]
    [InlineData(400, "INVALID_PARAMETER_VALUE", 2)]
    [InlineData(400, "RESOURCE_ALREADY_EXISTS", 5)]
    [InlineData(401, "UNAUTHENTICATED", 4)]
    [InlineData(403, "PERMISSION_DENIED", 4)]
    [InlineData(404, "SHARE_DOES_NOT_EXIST", 3)]
    [InlineData(409, "SHARE_ALREADY_EXISTS", 5)]
    [InlineData(409, "INVALID_STATE", 5)]
    [InlineData(500, "INTERNAL_ERROR", 1)]
    [InlineData(502, "PROVIDER_UNAVAILABLE", 1)]
    [InlineData(503, "TEMPORARILY_UNAVAILABLE", 6)]
    public async Task A_refusal_shows_the_message_the_code_and_the_request(int status, string code, int exitCode)
    {
        await using var api = await FakeApi.StartAsync();
        api.Refuse(List, status, code, "It is so.", requestId: "r-1");

        var run = await CliRun.Async(api, "share", "list");

        run.ExitCode.ShouldBe(exitCode);
        run.Error.Trim().ShouldBe($"error: It is so. ({code}, request r-1)");
        run.Out.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(200, 1)]
    [InlineData(404, 3)]
    [InlineData(502, 6)]
    public async Task An_answer_of_something_else_than_Tideway_asks_whether_the_address_is_right(int status, int exitCode)
    {
        await using var api = await FakeApi.StartAsync();
        api.On(List, "<html>", status, "text/html");

        var run = await CliRun.Async(api, "share", "list");

        run.ExitCode.ShouldBe(exitCode);
        run.Error.ShouldContain("text/html; is this the address of Tideway?");
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_exit_code_6()
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        var port = ((IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();

        var run = await new CliRun().RunAsync("share", "list", "--url", $"http://127.0.0.1:{port}", "--token", "x");

        run.ExitCode.ShouldBe(6);
        run.Error.ShouldContain("cannot be reached");
    }

    [Fact]
    public async Task A_server_that_does_not_answer_in_time_is_exit_code_6()
    {
        await using var api = await FakeApi.StartAsync();
        api.On(List, context => Task.Delay(Timeout.Infinite, context.RequestAborted));

        var run = await CliRun.Async(api, "share", "list", "--timeout", "1s");

        run.ExitCode.ShouldBe(6);
        run.Error.ShouldContain("--timeout");
    }

    [Fact]
    public async Task Cancelling_ends_with_130_and_no_trace_of_an_exception()
    {
        await using var api = await FakeApi.StartAsync();
        using var cancelled = new CancellationTokenSource();
        api.On(
            List,
            async context =>
            {
                await cancelled.CancelAsync();
                await Task.Delay(Timeout.Infinite, context.RequestAborted);
            }
        );

        var run = await new CliRun { CancellationToken = cancelled.Token }.RunAsync(api, "share", "list");

        run.ExitCode.ShouldBe(130);
        run.Error.Trim().ShouldBe("cancelled");
    }

    [Fact]
    public async Task A_message_cannot_play_tricks_with_the_terminal()
    {
        await using var api = await FakeApi.StartAsync();
        api.Refuse(List, 404, "X", "\\u001b[2Jgone\\u202eeverywhere");

        var run = await CliRun.Async(api, "share", "list");

        run.Error.ShouldNotContain('\u001b');
        run.Error.ShouldNotContain('\u202e');
    }

    [Fact]
    public async Task A_redirect_does_not_carry_the_token_away()
    {
        await using var api = await FakeApi.StartAsync();
        await using var other = await FakeApi.StartAsync();
        api.On(
            List,
            context =>
            {
                context.Response.Redirect(other.Url + "/stolen");
                return Task.CompletedTask;
            }
        );

        var run = await CliRun.Async(api, "share", "list");

        run.ExitCode.ShouldBe(1);
        other.Requests.ShouldBeEmpty();
    }
}
