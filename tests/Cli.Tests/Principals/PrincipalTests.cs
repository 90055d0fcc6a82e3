using Tideway.Cli.Tests.Support;

namespace Tideway.Cli.Tests.Principals;

public sealed class PrincipalTests : IAsyncLifetime
{
    private const string Path = "/api/tideway/v1/principals";

    private FakeApi api = null!;

    public async ValueTask InitializeAsync() => api = await FakeApi.StartAsync();

    public ValueTask DisposeAsync() => api.DisposeAsync();

    [Fact]
    public async Task Create_posts_the_principal_and_prints_its_token()
    {
        api.On($"POST {Path}", """{"name":"ci","roles":["auditor"],"token":"shown-once"}""", 201);

        var run = await CliRun.Async(api, "principal", "create", "--role", "auditor", "--role", "steward", "ci", "--lifetime", "90d");

        run.ExitCode.ShouldBe(0, run.Error);
        api.Requests.ShouldHaveSingleItem().Body.ShouldBe("""{"name":"ci","roles":["auditor","steward"],"token_lifetime_seconds":7776000}""");
        run.Out.ShouldContain("shown-once");
    }

    [Fact]
    public async Task Rotate_replaces_the_token()
    {
        api.On($"POST {Path}/ci/rotate-token", """{"name":"ci","token":"the-new-one"}""");

        var run = await CliRun.Async(api, "principal", "rotate", "ci");

        api.Requests.ShouldHaveSingleItem().Body.ShouldBe("{}");
        run.Out.ShouldContain("the-new-one");
    }

    [Fact]
    public async Task List_and_delete_work()
    {
        api.On($"GET {Path}?max_results=1000", """{"principals":[{"name":"ci","roles":["auditor","steward"]}]}""").On($"DELETE {Path}/ci", "", 204);

        (await CliRun.Async(api, "principal", "list")).Lines[1].ShouldMatch("^ci +auditor, steward");
        (await CliRun.Async(api, "principal", "delete", "ci", "--yes")).ExitCode.ShouldBe(0);
    }
}
