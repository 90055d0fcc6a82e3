using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Tideway.CdfPublisher.Tests.Support;
using Tideway.Contracts.CdfPublisher;
using Tideway.Hosting.Database;
using Tideway.Hosting.Identity;

namespace Tideway.CdfPublisher.Tests.Deliveries;

/// <summary>What the outbound operator, and nobody else, sees and does.</summary>
public sealed class OperatorApiTests : IAsyncLifetime
{
    private readonly TempFolder storage = new();
    private readonly ShareEvents share = new();
    private readonly KnownTokens tokens = new();
    private TestDatabase database = null!;
    private PublisherHost host = null!;
    private PartnerEndpoint partner = null!;
    private DeltaFolder orders = null!;
    private HttpClient client = null!;

    public async ValueTask InitializeAsync()
    {
        database = await TestDatabase.CreateAsync(DatabaseEngine.Sqlite);
        partner = await PartnerEndpoint.StartAsync();
        tokens.AddRecipient(share.Token, share.RecipientId, share.RecipientName);
        host = await PublisherHost.StartAsync(database, storage.Path, tokens);
        client = host.ClientOf(Roles.OutboundOperator);
        orders = new DeltaFolder(storage.Path, "orders").Create();
        await share.CreateAsync(host, 1, ShareEvents.TableAt(orders.Location));
        await share.GrantAsync(host, 2);
        await host.CatchUpAsync();
        (
            await host.ClientOf(share.Token).PostAsJsonAsync("/api/tideway/v1/subscriptions", new { endpoint = partner.Url, share = "sales" })
        ).EnsureSuccessStatusCode();
    }

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        await partner.DisposeAsync();
        database.Dispose();
        storage.Dispose();
    }

    [Theory]
    [InlineData("GET", "/api/tideway/v1/subscriptions/all")]
    [InlineData("GET", "/api/tideway/v1/deliveries")]
    [InlineData("GET", "/api/tideway/v1/deliveries/0198c2f4-0000-7000-8000-000000000000")]
    [InlineData("POST", "/api/tideway/v1/deliveries/0198c2f4-0000-7000-8000-000000000000/replay")]
    [InlineData("GET", "/api/tideway/v1/tables")]
    [InlineData("POST", "/api/tideway/v1/tables/refresh")]
    public async Task Only_the_outbound_operator_is_let_in(string method, string path)
    {
        foreach (var role in Roles.All)
        {
            var answer = await SendAsync(role);
            var allowed = role is Roles.OutboundOperator or Roles.Admin;
            (answer == HttpStatusCode.Forbidden).ShouldBe(!allowed, role);
        }

        (await SendAsync(null)).ShouldBe(HttpStatusCode.Unauthorized);
        (await SendAsync(share.Token)).ShouldBe(HttpStatusCode.Unauthorized, "a recipient is no principal of ours");

        async Task<HttpStatusCode> SendAsync(string? token)
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), path);
            return (await host.ClientOf(token).SendAsync(request)).StatusCode;
        }
    }

    [Fact]
    public async Task A_refresh_announces_what_is_new_without_waiting_for_the_poll()
    {
        orders.Append(1);

        var answer = await client.PostAsJsonAsync("/api/tideway/v1/tables/refresh", new { storage_location = orders.Location });

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        var table = (await JsonOf(answer)).GetProperty("tables").EnumerateArray().ShouldHaveSingleItem();
        (table.GetProperty("storage_location").GetString(), table.GetProperty("last_version").GetInt64()).ShouldBe((orders.Location, 1));
        (await host.PublishedAsync<TableVersionCommitted>()).Select(commit => commit.Version).ShouldBe([0, 1]);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"share":"Sales"}""")]
    [InlineData("""{"share":"sales","schema":"PUBLIC"}""")]
    [InlineData("""{"share":"sales","schema":"public","table":"orders"}""")]
    public async Task A_refresh_may_name_what_a_share_shows(string body)
    {
        orders.Append(1);
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");

        var answer = await client.PostAsync("/api/tideway/v1/tables/refresh", content);

        (await JsonOf(answer)).GetProperty("tables")[0].GetProperty("last_version").GetInt64().ShouldBe(1);
    }

    [Fact]
    public async Task A_refresh_without_a_body_looks_at_every_table()
    {
        orders.Append(1);

        var answer = await client.PostAsync("/api/tideway/v1/tables/refresh", null);

        (await JsonOf(answer)).GetProperty("tables")[0].GetProperty("last_version").GetInt64().ShouldBe(1);
    }

    [Theory]
    [InlineData("""{"storage_location":"file:///nowhere"}""", 404)]
    [InlineData("""{"share":"nothing"}""", 404)]
    [InlineData("""{"share":"sales","storage_location":"file:///nowhere"}""", 400)]
    [InlineData("""{"schema":"public"}""", 400)]
    [InlineData("""{"share":"sales","table":"orders"}""", 400)]
    [InlineData("""{"share":""", 400)]
    public async Task A_refresh_of_what_is_not_there_is_refused(string body, int status)
    {
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");

        ((int)(await client.PostAsync("/api/tideway/v1/tables/refresh", content)).StatusCode).ShouldBe(status);
    }

    [Fact]
    public async Task A_table_that_cannot_be_read_is_shown_with_the_reason()
    {
        orders.Vanish();

        var refreshed = await JsonOf(await client.PostAsync("/api/tideway/v1/tables/refresh", null));
        var listed = await JsonOf(await client.GetAsync("/api/tideway/v1/tables"));

        refreshed.GetProperty("tables")[0].GetProperty("last_error").GetString().ShouldNotBeNull().ShouldContain("no transaction log");
        listed.GetProperty("tables")[0].GetProperty("last_error").GetString().ShouldNotBeNull().ShouldContain("no transaction log");
        listed.GetProperty("tables")[0].GetProperty("last_version").GetInt64().ShouldBe(0);
    }

    [Fact]
    public async Task Deliveries_are_seen_and_sent_again()
    {
        orders.Append(1);
        await host.CatchUpAsync();
        await host.DeliverDueAsync();

        var listed = (
            await JsonOf(await client.GetAsync("/api/tideway/v1/deliveries?state=delivered&share=sales&schema=public&table=orders&recipient_name=acme"))
        )
            .GetProperty("deliveries")
            .EnumerateArray()
            .ShouldHaveSingleItem();
        var id = listed.GetProperty("id").GetString();
        (listed.GetProperty("state").GetString(), listed.GetProperty("attempts").GetInt32(), listed.GetProperty("last_status").GetInt32()).ShouldBe(
            ("DELIVERED", 1, 202)
        );
        (await client.PostAsync($"/api/tideway/v1/deliveries/{id}/replay", null)).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await client.PostAsync($"/api/tideway/v1/deliveries/{id}/replay", null)).StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await host.DeliverDueAsync()).ShouldBe(1);
        (await JsonOf(await client.GetAsync($"/api/tideway/v1/deliveries/{id}"))).GetProperty("attempts").GetInt32().ShouldBe(2);
    }

    [Theory]
    [InlineData("state=done", 400)]
    [InlineData("subscription_id=7", 400)]
    [InlineData("max_results=1001", 400)]
    [InlineData("max_results=x", 400)]
    [InlineData("page_token=%21", 400)]
    [InlineData("table=orders", 400)]
    [InlineData("schema=public", 400)]
    [InlineData("max_results=0&share=sales", 200)]
    public async Task Filters_of_deliveries_are_checked(string query, int status) =>
        ((int)(await client.GetAsync($"/api/tideway/v1/deliveries?{query}")).StatusCode).ShouldBe(status);

    [Fact]
    public async Task What_is_not_there_is_not_found()
    {
        var id = Guid.CreateVersion7();

        (await client.GetAsync($"/api/tideway/v1/deliveries/{id}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await client.PostAsync($"/api/tideway/v1/deliveries/{id}/replay", null)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("", 1)]
    [InlineData("?recipient_name=ACME&share=SALES&state=ACTIVE", 1)]
    [InlineData("?recipient_name=other", 0)]
    [InlineData("?state=FAILING", 0)]
    public async Task Subscriptions_of_all_are_seen_by_filter_and_never_their_secrets(string query, int count)
    {
        var answer = await client.GetAsync("/api/tideway/v1/subscriptions/all" + query);

        var body = await answer.Content.ReadAsStringAsync();
        body.ShouldNotContain("secret");
        JsonDocument.Parse(body).RootElement.GetProperty("subscriptions").GetArrayLength().ShouldBe(count);
    }

    private static async Task<JsonElement> JsonOf(HttpResponseMessage answer) => JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
}
