using Tideway.Cli.Tests.Support;

namespace Tideway.Cli.Tests.Recipients;

public sealed class RecipientTests : IAsyncLifetime
{
    private const string Path = "/api/2.1/unity-catalog/recipients";

    private FakeApi api = null!;

    public async ValueTask InitializeAsync() => api = await FakeApi.StartAsync();

    public ValueTask DisposeAsync() => api.DisposeAsync();

    [Fact]
    public async Task Create_posts_the_recipient_and_prints_the_link()
    {
        api.On($"POST {Path}", """{"name":"acme","activation_url":"https://example.org/activate/abc"}""", 201);

        var run = await CliRun.Async(
            api,
            "recipient",
            "create",
            "acme",
            "--comment",
            "c",
            "--allow-ip",
            "192.0.2.0/24",
            "--allow-ip",
            "2001:db8::1",
            "--property",
            "country=DE",
            "--property",
            "formula=a=b",
            "--expires",
            "2027-06-30T00:00:00Z"
        );

        run.ExitCode.ShouldBe(0, run.Error);
        api.Requests.ShouldHaveSingleItem()
            .Body.ShouldBe(
                """{"name":"acme","comment":"c","authentication_type":"TOKEN","ip_access_list":{"allowed_ip_addresses":["192.0.2.0/24","2001:db8::1"]},"properties_kvpairs":{"properties":{"country":"DE","formula":"a=b"}},"expiration_time":1814313600000}"""
            );
        run.Out.ShouldContain("https://example.org/activate/abc");
    }

    [Fact]
    public async Task List_shows_who_is_activated()
    {
        api.On($"GET {Path}?max_results=1000", """{"recipients":[{"name":"acme","activated":true},{"name":"globex","activated":false}]}""");

        var run = await CliRun.Async(api, "recipient", "list");

        run.Lines[1].ShouldMatch("^acme +yes");
        run.Lines[2].ShouldMatch("^globex +no");
    }

    [Fact]
    public async Task Get_shows_tokens_and_shares()
    {
        api.On($"GET {Path}/acme", """{"name":"acme","tokens":[{"id":"t-1","expiration_time":1795428002000}]}""");
        api.On($"GET {Path}/acme/share-permissions", """{"permissions_out":[{"share_name":"sales","privilege_assignments":[]}]}""");

        var run = await CliRun.Async(api, "recipient", "get", "acme");

        run.Out.ShouldContain("t-1");
        run.Out.ShouldContain("sales");
    }

    [Theory]
    [InlineData(86400)]
    [InlineData(0, "--existing-expire-in", "0")]
    [InlineData(7200, "--existing-expire-in", "2h")]
    public async Task Rotate_says_how_long_the_old_token_lives(int seconds, params string[] options)
    {
        api.On($"POST {Path}/acme/rotate-token", """{"name":"acme","activation_url":"https://example.org/activate/new"}""");

        var run = await CliRun.Async(api, ["recipient", "rotate", "acme", .. options]);

        api.Requests.ShouldHaveSingleItem().Body.ShouldBe($$"""{"existing_token_expire_in_seconds":{{seconds}}}""");
        run.Out.ShouldContain("https://example.org/activate/new");
    }

    [Fact]
    public async Task Delete_deletes()
    {
        api.On($"DELETE {Path}/acme", "", 204);

        (await CliRun.Async(api, "recipient", "delete", "acme", "-y")).ExitCode.ShouldBe(0);
    }
}
