using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Tideway.CdfPublisher.Tests.Support;
using Tideway.Contracts.CdfPublisher;
using Tideway.Hosting.Database;
using Tideway.Hosting.Identity;

namespace Tideway.CdfPublisher.Tests.Subscriptions;

public sealed class SubscriptionsApiTests : IAsyncLifetime
{
    private const string Path = "/api/tideway/v1/subscriptions";

    private readonly TempFolder storage = new();
    private readonly ShareEvents share = new();
    private readonly KnownTokens tokens = new();
    private readonly FakeResolver resolver = new();
    private TestDatabase database = null!;
    private PublisherHost host = null!;
    private PartnerEndpoint partner = null!;
    private HttpClient client = null!;

    public async ValueTask InitializeAsync()
    {
        database = await TestDatabase.CreateAsync(DatabaseEngine.Sqlite);
        partner = await PartnerEndpoint.StartAsync();
        tokens.AddRecipient(share.Token, share.RecipientId, share.RecipientName);
        tokens.AddRecipient("other", Guid.CreateVersion7(), "other");
        host = await StartAsync("true");
        client = host.ClientOf(share.Token);
        await share.CreateAsync(host, 1, ShareEvents.TableAt(new Uri(storage.Path + "/orders").AbsoluteUri));
        await share.GrantAsync(host, 2);
    }

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        await partner.DisposeAsync();
        database.Dispose();
        storage.Dispose();
    }

    [Fact]
    public async Task An_endpoint_that_agrees_is_subscribed_and_the_secret_is_shown_once()
    {
        var answer = await client.PostAsJsonAsync(Path, new { endpoint = partner.Url, share = "SALES" });

        answer.StatusCode.ShouldBe(HttpStatusCode.Created);
        var made = await JsonOf(answer);
        var id = made.GetProperty("id").GetGuid();
        answer.Headers.Location!.OriginalString.ShouldBe($"{Path}/{id}");
        made.GetProperty("secret").GetString().ShouldNotBeNull().ShouldStartWith("whsec_");
        made.GetProperty("share").GetString().ShouldBe("sales");
        made.GetProperty("state").GetString().ShouldBe("ACTIVE");
        made.TryGetProperty("table", out _).ShouldBeFalse();
        partner.Handshakes.ShouldHaveSingleItem().ShouldBe("share.example.org");

        var read = await JsonOf(await client.GetAsync($"{Path}/{id}"));
        read.TryGetProperty("secret", out _).ShouldBeFalse();
        read.GetProperty("endpoint").GetString().ShouldBe(partner.Url);
        var created = (await host.PublishedAsync<SubscriptionCreated>()).ShouldHaveSingleItem();
        (created.SubscriptionId, created.RecipientName, created.ShareName, created.Endpoint).ShouldBe((id, "acme", "sales", partner.Url));
    }

    [Fact]
    public async Task Asking_again_for_the_same_renews_the_secret_of_the_subscription_there_is()
    {
        var first = await JsonOf(await client.PostAsJsonAsync(Path, new { endpoint = partner.Url, share = "sales" }));
        var again = await client.PostAsJsonAsync(Path, new { endpoint = partner.Url, share = "sales" });
        var second = await JsonOf(again);

        again.StatusCode.ShouldBe(HttpStatusCode.OK);
        second.GetProperty("id").GetGuid().ShouldBe(first.GetProperty("id").GetGuid());
        second.GetProperty("secret").GetString().ShouldNotBe(first.GetProperty("secret").GetString());
        (await host.PublishedAsync<SubscriptionCreated>()).Count.ShouldBe(1);
    }

    [Fact]
    public async Task One_table_may_be_asked_for()
    {
        var made = await JsonOf(
            await client.PostAsJsonAsync(
                Path,
                new
                {
                    endpoint = partner.Url,
                    share = "sales",
                    schema = "PUBLIC",
                    table = "ORDERS",
                }
            )
        );

        (made.GetProperty("schema").GetString(), made.GetProperty("table").GetString()).ShouldBe(("public", "orders"));
    }

    [Fact]
    public async Task A_share_that_is_not_granted_answers_like_one_that_is_not_there()
    {
        var stranger = host.ClientOf("other");

        var ungranted = await stranger.PostAsJsonAsync(Path, new { endpoint = partner.Url, share = "sales" });
        var unknown = await stranger.PostAsJsonAsync(Path, new { endpoint = partner.Url, share = "nothing" });

        ungranted.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        unknown.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await TextOf(ungranted)).Replace("sales", "nothing", StringComparison.Ordinal).ShouldBe(await TextOf(unknown));
        partner.Handshakes.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("""{"share":"sales"}""", "endpoint")]
    [InlineData("""{"endpoint":"not an address","share":"sales"}""", "endpoint")]
    [InlineData("""{"endpoint":"/partner/events","share":"sales"}""", "endpoint")]
    [InlineData("""{"endpoint":"http://example.org/hook","share":"sales"}""", "https")]
    [InlineData("""{"endpoint":"ftp://example.org/hook","share":"sales"}""", "https")]
    [InlineData("""{"endpoint":"https://user:password@example.org/hook","share":"sales"}""", "user name")]
    [InlineData("""{"endpoint":"https://example.org/hook#part","share":"sales"}""", "fragment")]
    [InlineData("""{"endpoint":"{url}"}""", "share")]
    [InlineData("""{"endpoint":"{url}","share":""}""", "share")]
    [InlineData("""{"endpoint":"{url}","share":"a b"}""", "share")]
    [InlineData("""{"endpoint":"{url}","share":"sales","schema":"public"}""", "schema, table")]
    [InlineData("""{"endpoint":"{url}","share":"sales","table":"orders"}""", "schema, table")]
    [InlineData("""{"endpoint":"{url}","share":"sales","schema":"pub.lic","table":"orders"}""", "schema")]
    [InlineData("""{"endpoint":"{url}","share":"sales","schema":"public","table":"or/ders"}""", "table")]
    [InlineData("""[]""", "body")]
    [InlineData("""{"endpoint":7,"share":"sales"}""", "endpoint")]
    public async Task What_is_not_as_expected_is_refused_by_name(string body, string named)
    {
        using var content = new StringContent(body.Replace("{url}", partner.Url, StringComparison.Ordinal), System.Text.Encoding.UTF8, "application/json");
        var answer = await client.PostAsync(Path, content);

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var problem = await JsonOf(answer);
        problem.GetProperty("error_code").GetString().ShouldBe("INVALID_PARAMETER_VALUE");
        problem.GetProperty("message").GetString().ShouldNotBeNull().ShouldContain(named, Case.Insensitive);
        partner.Handshakes.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_table_that_is_not_there_is_not_found()
    {
        var answer = await client.PostAsJsonAsync(
            Path,
            new
            {
                endpoint = partner.Url,
                share = "sales",
                schema = "public",
                table = "nothing",
            }
        );

        answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await JsonOf(answer)).GetProperty("error_code").GetString().ShouldBe("TABLE_DOES_NOT_EXIST");
    }

    [Theory]
    [InlineData(null, 200, "none")]
    [InlineData("other.example.org", 200, "other.example.org")]
    [InlineData("*", 404, "404")]
    [InlineData("*", 302, "302")]
    public async Task An_endpoint_that_does_not_agree_is_refused(string? allowedOrigin, int status, string told)
    {
        partner.AllowedOrigin = allowedOrigin;
        partner.HandshakeStatus = status;

        var answer = await client.PostAsJsonAsync(Path, new { endpoint = partner.Url, share = "sales" });

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await JsonOf(answer)).GetProperty("message").GetString().ShouldNotBeNull().ShouldContain(told);
        (await JsonOf(await client.GetAsync(Path))).GetProperty("subscriptions").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task An_endpoint_may_name_our_host_as_the_origin_it_allows()
    {
        partner.AllowedOrigin = "Share.Example.org";

        (await client.PostAsJsonAsync(Path, new { endpoint = partner.Url, share = "sales" })).StatusCode.ShouldBe(HttpStatusCode.Created);
    }

    [Theory]
    [InlineData("https://10.0.0.7/hook", null)]
    [InlineData("https://169.254.169.254/latest/meta-data", null)]
    [InlineData("https://[::ffff:10.0.0.7]/hook", null)]
    [InlineData("https://2852039166/hook", null)]
    [InlineData("https://inside.example.org/hook", "192.168.1.9")]
    [InlineData("https://inside.example.org/hook", "fd00::9")]
    [InlineData("https://inside.example.org/hook", "169.254.169.254")]
    public async Task An_endpoint_inside_a_private_network_is_never_called(string endpoint, string? address)
    {
        if (address is not null)
            resolver.Hosts["inside.example.org"] = [address];

        var answer = await client.PostAsJsonAsync(Path, new { endpoint, share = "sales" });

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var message = (await JsonOf(answer)).GetProperty("message").GetString().ShouldNotBeNull();
        message.ShouldContain("has no address that notices may be sent to");
        if (address is not null)
            message.ShouldNotContain(address);
    }

    [Theory]
    [InlineData("http://127.0.0.1:{port}/partner/events")]
    [InlineData("https://127.0.0.1:{port}/partner/events")]
    [InlineData("https://localhost:{port}/partner/events")]
    [InlineData("https://[::1]:{port}/partner/events")]
    [InlineData("https://rebound.example.org:{port}/partner/events")]
    public async Task Without_the_option_this_machine_is_out_of_reach(string endpoint)
    {
        resolver.Hosts["rebound.example.org"] = ["127.0.0.1"];
        await using var strict = await StartAsync("false");
        var own = strict.ClientOf(share.Token);

        var answer = await own.PostAsJsonAsync(
            Path,
            new { endpoint = endpoint.Replace("{port}", partner.Port.ToString(), StringComparison.Ordinal), share = "sales" }
        );

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        partner.Handshakes.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_host_that_the_operator_allows_may_be_inside()
    {
        resolver.Hosts["inside.example.org"] = ["127.0.0.1"];
        await using var allowing = await StartAsync("false", "--CdfPublisher:Delivery:AllowedHosts:0=inside.example.org");

        var answer = await allowing
            .ClientOf(share.Token)
            .PostAsJsonAsync(Path, new { endpoint = $"https://inside.example.org:{partner.Port}/hook", share = "sales" });

        // The partner of this test speaks no TLS, so the call fails, but only after it was let through.
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await JsonOf(answer)).GetProperty("message").GetString().ShouldNotBeNull().ShouldContain("SecureConnectionError");
    }

    [Fact]
    public async Task A_recipient_sees_and_ends_only_its_own_subscriptions()
    {
        var id = (await JsonOf(await client.PostAsJsonAsync(Path, new { endpoint = partner.Url, share = "sales" }))).GetProperty("id").GetGuid();
        var other = host.ClientOf("other");

        (await JsonOf(await other.GetAsync(Path))).GetProperty("subscriptions").GetArrayLength().ShouldBe(0);
        (await other.GetAsync($"{Path}/{id}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await other.DeleteAsync($"{Path}/{id}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await client.DeleteAsync($"{Path}/{id}")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await client.DeleteAsync($"{Path}/{id}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await host.PublishedAsync<SubscriptionDeleted>()).ShouldHaveSingleItem().Actor.ShouldBe("acme");
    }

    [Fact]
    public async Task Subscriptions_come_page_by_page()
    {
        for (var i = 0; i < 3; i++)
            (await client.PostAsJsonAsync(Path, new { endpoint = $"{partner.Url}?n={i}", share = "sales" })).EnsureSuccessStatusCode();

        var first = await JsonOf(await client.GetAsync($"{Path}?max_results=2"));
        var second = await JsonOf(await client.GetAsync($"{Path}?max_results=2&page_token={first.GetProperty("next_page_token").GetString()}"));

        first.GetProperty("subscriptions").GetArrayLength().ShouldBe(2);
        second.GetProperty("subscriptions").GetArrayLength().ShouldBe(1);
        second.TryGetProperty("next_page_token", out _).ShouldBeFalse();
        (await client.GetAsync($"{Path}?max_results=-1")).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await client.GetAsync($"{Path}?page_token=%21")).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_recipient_has_no_more_subscriptions_than_it_may()
    {
        await using var small = await StartAsync("true", "--CdfPublisher:Delivery:MaxSubscriptionsPerRecipient=1");
        var own = small.ClientOf(share.Token);
        (await own.PostAsJsonAsync(Path, new { endpoint = partner.Url, share = "sales" })).StatusCode.ShouldBe(HttpStatusCode.Created);

        var answer = await own.PostAsJsonAsync(Path, new { endpoint = partner.Url + "?second", share = "sales" });

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await JsonOf(answer)).GetProperty("error_code").GetString().ShouldBe("RESOURCE_LIMIT_EXCEEDED");
        (await own.PostAsJsonAsync(Path, new { endpoint = partner.Url, share = "sales" })).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("nobody")]
    [InlineData(Roles.Admin)]
    public async Task Whoever_is_no_recipient_is_not_let_in(string? token)
    {
        var answer = await host.ClientOf(token).GetAsync(Path);

        answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        answer.Headers.WwwAuthenticate.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task A_recipient_that_calls_from_elsewhere_is_not_let_in()
    {
        tokens.AddRecipient("elsewhere", Guid.CreateVersion7(), "elsewhere", "203.0.113.0/24");

        (await host.ClientOf("elsewhere").GetAsync(Path)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    /// <summary>The whole body but for what is another at each request.</summary>
    private static async Task<string> TextOf(HttpResponseMessage answer) =>
        string.Join('\n', (await JsonOf(answer)).EnumerateObject().Where(field => field.Name != "trace_id").Select(field => field.ToString()));

    private static async Task<JsonElement> JsonOf(HttpResponseMessage answer) => JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;

    private Task<PublisherHost> StartAsync(string allowLoopback, params string[] settings) =>
        PublisherHost.StartAsync(
            database,
            storage.Path,
            tokens,
            resolver: resolver,
            settings: [$"--CdfPublisher:Delivery:AllowInsecureLoopback={allowLoopback}", .. settings]
        );
}
