using Tideway.Cli.Tests.Support;

namespace Tideway.Cli.Tests.Providers;

public sealed class ProviderTests : IAsyncLifetime
{
    private const string Path = "/api/2.1/unity-catalog/providers";
    private const string Profile = """{"shareCredentialsVersion":1}""";

    private readonly TempFolder folder = new();
    private FakeApi api = null!;

    public async ValueTask InitializeAsync() => api = await FakeApi.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await api.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task Add_sends_the_profile()
    {
        api.On($"POST {Path}", """{"name":"acme"}""", 201);

        var run = await CliRun.Async(api, "provider", "add", "acme", "--profile", folder.Write("p.share", Profile));

        run.ExitCode.ShouldBe(0, run.Error);
        using var body = System.Text.Json.JsonDocument.Parse(api.Requests.ShouldHaveSingleItem().Body);
        body.RootElement.GetProperty("name").GetString().ShouldBe("acme");
        body.RootElement.GetProperty("recipient_profile_str").GetString().ShouldBe(Profile);
    }

    [Fact]
    public async Task The_profile_can_come_from_standard_input()
    {
        api.On($"PATCH {Path}/acme", """{"name":"acme"}""");

        var run = await new CliRun { Input = Profile }.RunAsync(api, "provider", "rotate", "acme", "--profile", "-");

        run.ExitCode.ShouldBe(0, run.Error);
        using var body = System.Text.Json.JsonDocument.Parse(api.Requests.ShouldHaveSingleItem().Body);
        body.RootElement.GetProperty("recipient_profile_str").GetString().ShouldBe(Profile);
    }

    [Fact]
    public async Task A_profile_that_is_not_there_is_exit_code_3()
    {
        var run = await CliRun.Async(api, "provider", "add", "acme", "--profile", folder.File("none"));

        run.ExitCode.ShouldBe(3);
        api.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task List_get_and_shares_show_what_there_is()
    {
        api.On($"GET {Path}?max_results=1000", """{"providers":[{"name":"acme","recipient_profile":{"endpoint":"https://acme.example"}}]}""");
        api.On($"GET {Path}/acme", """{"name":"acme","recipient_profile":{"endpoint":"https://acme.example"}}""");
        api.On($"GET {Path}/acme/shares?max_results=1000", """{"shares":[{"name":"sales"}]}""");

        (await CliRun.Async(api, "provider", "list")).Out.ShouldContain("https://acme.example");
        (await CliRun.Async(api, "provider", "get", "acme")).Out.ShouldContain("https://acme.example");
        (await CliRun.Async(api, "provider", "shares", "acme")).Lines.ShouldBe(["NAME", "sales"]);
    }

    [Fact]
    public async Task Remove_of_a_provider_with_syncs_is_a_conflict()
    {
        api.Refuse($"DELETE {Path}/acme", 409, "INVALID_STATE", "Provider 'acme' still has syncs.");

        (await CliRun.Async(api, "provider", "remove", "acme", "-y")).ExitCode.ShouldBe(5);
    }
}
