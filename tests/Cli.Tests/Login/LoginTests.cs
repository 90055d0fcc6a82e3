using Tideway.Cli.Tests.Support;

namespace Tideway.Cli.Tests.Login;

public sealed class LoginTests
{
    private const string Health = "GET /api/tideway/v1/health";
    private const string List = "GET /api/2.1/unity-catalog/shares?max_results=1000";

    [Fact]
    public async Task A_token_is_kept_for_its_owner_only_and_used_by_the_commands_that_follow()
    {
        using var folder = new TempFolder();
        await using var api = await FakeApi.StartAsync();
        api.On(Health, "{}").On(List, """{"shares":[]}""");
        var config = folder.File("some/where/config.json");

        var login = new CliRun { Input = "kept-token\n", Variables = { ["TIDEWAY_CONFIG"] = config } };
        await login.RunAsync("login", "--url", api.Url);
        var list = new CliRun { Variables = { ["TIDEWAY_CONFIG"] = config } };
        await list.RunAsync("share", "list");

        (login.ExitCode, list.ExitCode).ShouldBe((0, 0), login.Error + list.Error);
        api.Requests.Select(request => request.Authorization).ShouldBe(["Bearer kept-token", "Bearer kept-token"]);
        TempFolder.ModeOf(config).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        (login.Out + login.Error).ShouldNotContain("kept-token");
    }

    [Fact]
    public async Task A_principal_without_a_role_for_the_health_can_log_in()
    {
        using var folder = new TempFolder();
        await using var api = await FakeApi.StartAsync();
        api.Refuse(Health, 403, "PERMISSION_DENIED", "This needs another role.");

        var login = new CliRun { Input = "t", Variables = { ["TIDEWAY_CONFIG"] = folder.File("c.json") } };
        await login.RunAsync("login", "--url", api.Url);

        login.ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task A_token_that_the_server_does_not_know_is_not_kept()
    {
        using var folder = new TempFolder();
        await using var api = await FakeApi.StartAsync();
        api.Refuse(Health, 401, "UNAUTHENTICATED", "The token is unknown.");

        var login = new CliRun { Input = "t", Variables = { ["TIDEWAY_CONFIG"] = folder.File("c.json") } };
        await login.RunAsync("login", "--url", api.Url);

        login.ExitCode.ShouldBe(4);
        File.Exists(folder.File("c.json")).ShouldBeFalse();
    }

    [Theory]
    [InlineData("")]
    [InlineData("two words")]
    public async Task Something_that_is_no_token_is_refused(string input)
    {
        var login = new CliRun { Input = input };
        await login.RunAsync("login", "--url", "http://127.0.0.1:1");

        login.ExitCode.ShouldBe(2);
    }

    [Fact]
    public async Task A_kept_token_is_sent_to_no_other_server()
    {
        using var folder = new TempFolder();
        await using var other = await FakeApi.StartAsync();
        var config = folder.Write("c.json", """{"url":"http://127.0.0.1:1/","token":"kept"}""");
        TempFolder.SetMode(config, UnixFileMode.UserRead | UnixFileMode.UserWrite);

        var run = new CliRun { Variables = { ["TIDEWAY_CONFIG"] = config } };
        await run.RunAsync("share", "list", "--url", other.Url);

        run.ExitCode.ShouldBe(4);
        other.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_kept_token_that_others_may_read_is_not_used()
    {
        using var folder = new TempFolder();
        var config = folder.Write("c.json", """{"url":"http://127.0.0.1:1/","token":"kept"}""");
        TempFolder.SetMode(config, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);

        var run = new CliRun { Variables = { ["TIDEWAY_CONFIG"] = config } };
        await run.RunAsync("share", "list");

        run.ExitCode.ShouldBe(4);
        run.Error.ShouldContain("chmod 600");
    }

    [Fact]
    public async Task The_command_line_comes_before_the_environment()
    {
        await using var api = await FakeApi.StartAsync();
        api.On(List, """{"shares":[]}""");

        var run = new CliRun { Variables = { ["TIDEWAY_URL"] = "http://127.0.0.1:1", ["TIDEWAY_TOKEN"] = "environment" } };
        await run.RunAsync("--url", api.Url, "share", "list", "--token", "given");

        run.ExitCode.ShouldBe(0, run.Error);
        api.Requests.ShouldHaveSingleItem().Authorization.ShouldBe("Bearer given");
    }

    [Fact]
    public async Task Logging_out_forgets_the_token()
    {
        using var folder = new TempFolder();
        var config = folder.Write("c.json", "{}");

        var run = new CliRun { Variables = { ["TIDEWAY_CONFIG"] = config } };
        await run.RunAsync("logout");

        run.ExitCode.ShouldBe(0);
        File.Exists(config).ShouldBeFalse();
    }
}
