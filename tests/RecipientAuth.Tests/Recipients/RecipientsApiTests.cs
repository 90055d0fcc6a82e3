using System.Net;
using Tideway.Contracts.RecipientAuth;
using Tideway.RecipientAuth.Tests.Hosts;
using static Tideway.RecipientAuth.Tests.Hosts.Answers;

namespace Tideway.RecipientAuth.Tests.Recipients;

public sealed class RecipientsApiTests : IAsyncLifetime
{
    private RecipientAuthProcess process = null!;

    public async ValueTask InitializeAsync() => process = await RecipientAuthProcess.StartAsync();

    public ValueTask DisposeAsync() => process.DisposeAsync();

    [Fact]
    public async Task A_created_recipient_has_the_known_fields_and_an_activation_link()
    {
        var made = await process.Admin.PostAnswerAsync(
            RecipientsPath,
            """
            {"name": "Acme", "comment": "a partner", "authentication_type": "TOKEN", "unheard_of": 1,
             "ip_access_list": {"allowed_ip_addresses": ["192.0.2.0/24", "2001:db8::/32"]},
             "properties_kvpairs": {"properties": {"country": "US"}}}
            """
        );

        made.Status.ShouldBe(HttpStatusCode.Created);
        var json = made.Json;
        json.GetProperty("name").GetString().ShouldBe("Acme");
        json.GetProperty("comment").GetString().ShouldBe("a partner");
        json.GetProperty("owner").GetString().ShouldBe("admin");
        json.GetProperty("authentication_type").GetString().ShouldBe("TOKEN");
        json.GetProperty("activated").GetBoolean().ShouldBeFalse();
        json.GetProperty("ip_access_list")
            .GetProperty("allowed_ip_addresses")
            .EnumerateArray()
            .Select(e => e.GetString())
            .ShouldBe(["192.0.2.0/24", "2001:db8::/32"]);
        json.GetProperty("properties_kvpairs").GetProperty("properties").GetProperty("country").GetString().ShouldBe("US");
        var now = process.Time.GetUtcNow().ToUnixTimeMilliseconds();
        json.GetProperty("created_at").GetInt64().ShouldBeInRange(now - 600_000, now);
        json.GetProperty("created_by").GetString().ShouldBe("admin");
        var token = json.GetProperty("tokens").EnumerateArray().ShouldHaveSingleItem();
        token.GetProperty("activation_url").GetString().ShouldBe(json.GetProperty("activation_url").GetString());
        token.GetProperty("expiration_time").GetInt64().ShouldBe(json.GetProperty("created_at").GetInt64() + (72 * 3_600_000));
    }

    [Fact]
    public async Task A_recipient_is_found_by_its_name_in_any_case_and_without_its_link()
    {
        await process.CreateRecipientAsync("Acme");

        var found = await process.Admin.GetAnswerAsync(RecipientsPath + "/aCME");

        found.Status.ShouldBe(HttpStatusCode.OK);
        found.Json.GetProperty("name").GetString().ShouldBe("Acme");
        found.Text.ShouldNotContain("activation_url");
    }

    [Fact]
    public async Task A_second_recipient_of_the_name_is_refused()
    {
        await process.CreateRecipientAsync("Acme");

        var second = await process.Admin.PostAnswerAsync(RecipientsPath, new { name = "ACME" });

        second.Status.ShouldBe(HttpStatusCode.Conflict);
        second.ErrorCode.ShouldBe("RECIPIENT_ALREADY_EXISTS");
    }

    [Theory]
    [InlineData("GET", "")]
    [InlineData("PATCH", "")]
    [InlineData("DELETE", "")]
    [InlineData("POST", "/rotate-token")]
    [InlineData("DELETE", "/tokens/0197a3b0-0000-7000-8000-000000000000")]
    public async Task A_recipient_that_is_not_there_is_404(string method, string below)
    {
        object? body = method is "PATCH" or "POST" ? new { existing_token_expire_in_seconds = 0 } : null;

        var answer = await process.Admin.SendAnswerAsync(new HttpMethod(method), $"{RecipientsPath}/nobody{below}", body);

        answer.Status.ShouldBe(HttpStatusCode.NotFound);
        answer.ErrorCode.ShouldBe("RECIPIENT_DOES_NOT_EXIST");
    }

    [Theory]
    [InlineData("""{}""", "name")]
    [InlineData("""{"name": ""}""", "name")]
    [InlineData("""{"name": "a b"}""", "name")]
    [InlineData("""{"name": "a/b"}""", "name")]
    [InlineData("""{"name": "a\u0007b"}""", "name")]
    [InlineData("""{"name": "a\u007fb"}""", "name")]
    [InlineData("""{"name": ".."}""", "name")]
    [InlineData("""{"name": "a", "authentication_type": "DATABRICKS"}""", "authentication_type")]
    [InlineData("""{"name": "a", "owner": ""}""", "owner")]
    [InlineData("""{"name": "a", "comment": "a\u0000b"}""", "comment")]
    [InlineData("""{"name": "a", "ip_access_list": {"allowed_ip_addresses": ["10.0.0.300"]}}""", "ip_access_list.allowed_ip_addresses")]
    [InlineData("""{"name": "a", "ip_access_list": {"allowed_ip_addresses": [null]}}""", "ip_access_list.allowed_ip_addresses")]
    [InlineData("""{"name": "a", "ip_access_list": {"allowed_ip_addresses": "10.0.0.1"}}""", "ip_access_list.allowed_ip_addresses")]
    [InlineData("""{"name": "a", "properties_kvpairs": {"properties": {"": "x"}}}""", "properties_kvpairs.properties")]
    [InlineData("""{"name": "a", "properties_kvpairs": {"properties": {"k": null}}}""", "properties_kvpairs.properties.k")]
    [InlineData("""{"name": "a", "properties_kvpairs": {"properties": {"k": "a\u0000"}}}""", "properties_kvpairs.properties.k")]
    [InlineData("""{"name": "a", "expiration_time": 1}""", "expiration_time")]
    [InlineData("""{"name": "a", "expiration_time": -1}""", "expiration_time")]
    [InlineData("""{"name": "a", "expiration_time": 99999999999999}""", "expiration_time")]
    public async Task A_value_that_is_not_what_was_expected_is_400_and_named(string body, string field)
    {
        var answer = await process.Admin.PostAnswerAsync(RecipientsPath, body);

        answer.Status.ShouldBe(HttpStatusCode.BadRequest);
        answer.ErrorCode.ShouldBe("INVALID_PARAMETER_VALUE");
        answer.Message!.ShouldContain(field);
    }

    [Fact]
    public async Task Names_lists_and_properties_have_their_limits()
    {
        (await process.Admin.PostAnswerAsync(RecipientsPath, new { name = new string('n', 255) })).Status.ShouldBe(HttpStatusCode.Created);
        (await process.Admin.PostAnswerAsync(RecipientsPath, new { name = new string('n', 256) })).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await WithAddressesAsync("b", 100)).Status.ShouldBe(HttpStatusCode.Created);
        (await WithAddressesAsync("c", 101)).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await WithPropertiesAsync("d", 50, "v")).Status.ShouldBe(HttpStatusCode.Created);
        (await WithPropertiesAsync("e", 51, "v")).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await WithPropertiesAsync("f", 1, new string('v', 1001))).Status.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_patch_changes_what_it_names_and_replaces_maps_whole()
    {
        await process.CreateRecipientAsync("acme", new { comment = "old", properties_kvpairs = new { properties = new { a = "1", b = "2" } } });

        var patched = await process.Admin.PatchAnswerAsync(
            RecipientsPath + "/acme",
            new { new_name = "Acme-2", properties_kvpairs = new { properties = new { c = "3" } } }
        );

        patched.Status.ShouldBe(HttpStatusCode.OK, patched.Text);
        patched.Json.GetProperty("name").GetString().ShouldBe("Acme-2");
        patched.Json.GetProperty("comment").GetString().ShouldBe("old");
        patched.Json.GetProperty("properties_kvpairs").GetProperty("properties").GetRawText().ShouldBe("""{"c":"3"}""");
        (await process.Admin.GetAnswerAsync(RecipientsPath + "/acme")).Status.ShouldBe(HttpStatusCode.NotFound);
        var updated = await process.Events.WaitForAsync<RecipientUpdated>(e => e.RecipientName == "Acme-2");
        updated.Revision.ShouldBe(2);
        updated.Properties!["c"].ShouldBe("3");
        await process.Events.WaitForAsync<CredentialsChanged>(e => e.OwnerId == updated.RecipientId);
    }

    [Fact]
    public async Task A_patch_empties_what_it_names_as_empty()
    {
        await process.CreateRecipientAsync("acme", new { comment = "old", ip_access_list = new { allowed_ip_addresses = new[] { "192.0.2.1" } } });

        var patched = await process.Admin.PatchAnswerAsync(RecipientsPath + "/acme", """{"comment": "", "ip_access_list": {"allowed_ip_addresses": []}}""");

        patched.Json.TryGetProperty("comment", out _).ShouldBeFalse();
        patched.Json.GetProperty("ip_access_list").GetProperty("allowed_ip_addresses").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task A_patch_that_changes_nothing_tells_nobody()
    {
        await process.CreateRecipientAsync("acme");
        await process.Admin.PatchAnswerAsync(RecipientsPath + "/acme", "{}");
        await process.Admin.PatchAnswerAsync(RecipientsPath + "/acme", new { comment = "now" });

        (await process.Events.WaitForAsync<RecipientUpdated>(_ => true)).Revision.ShouldBe(2);
    }

    [Theory]
    [InlineData("""{"new_name": "a b"}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"new_name": "other"}""", HttpStatusCode.Conflict)]
    [InlineData("""{"new_name": "ACME"}""", HttpStatusCode.OK)]
    [InlineData("""{"ip_access_list": {"allowed_ip_addresses": ["10.0.0.1/8"]}}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"expiration_time": 1}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"comment": 3}""", HttpStatusCode.BadRequest)]
    [InlineData("[]", HttpStatusCode.BadRequest)]
    public async Task A_patch_is_checked_like_a_new_recipient(string body, HttpStatusCode expected)
    {
        await process.CreateRecipientAsync("acme");
        await process.CreateRecipientAsync("other");

        (await process.Admin.PatchAnswerAsync(RecipientsPath + "/acme", body)).Status.ShouldBe(expected);
    }

    [Fact]
    public async Task A_deleted_recipient_is_gone_and_its_name_free()
    {
        await process.CreateRecipientAsync("acme");

        (await process.Admin.DeleteAnswerAsync(RecipientsPath + "/acme")).Status.ShouldBe(HttpStatusCode.NoContent);

        (await process.Admin.GetAnswerAsync(RecipientsPath + "/acme")).Status.ShouldBe(HttpStatusCode.NotFound);
        await process.CreateRecipientAsync("acme");
        var deleted = await process.Events.WaitForAsync<RecipientDeleted>(e => e.RecipientName == "acme");
        deleted.Revision.ShouldBe(2);
        deleted.Actor.ShouldBe("admin");
        await process.Events.WaitForAsync<CredentialsChanged>(e => e.OwnerId == deleted.RecipientId);
    }

    [Fact]
    public async Task A_list_is_read_page_by_page_in_the_order_of_names()
    {
        foreach (var name in (string[])["delta", "Alpha", "charlie", "Bravo", "echo"])
            await process.CreateRecipientAsync(name);

        var names = new List<string?>();
        var path = RecipientsPath + "?max_results=2";
        for (var pages = 0; ; pages++)
        {
            var page = await process.Admin.GetAnswerAsync(path);
            names.AddRange(page.Json.GetProperty("recipients").EnumerateArray().Select(r => r.GetProperty("name").GetString()));
            if (!page.Json.TryGetProperty("next_page_token", out var next))
            {
                pages.ShouldBe(2);
                break;
            }

            path = $"{RecipientsPath}?max_results=2&page_token={next.GetString()}";
        }

        names.ShouldBe(["Alpha", "Bravo", "charlie", "delta", "echo"]);
        var all = await process.Admin.GetAnswerAsync(RecipientsPath + "?max_results=0");
        all.Json.GetProperty("recipients").GetArrayLength().ShouldBe(5);
        all.Json.TryGetProperty("next_page_token", out _).ShouldBeFalse();
    }

    [Theory]
    [InlineData("?max_results=-1")]
    [InlineData("?max_results=many")]
    [InlineData("?page_token=***")]
    public async Task A_page_that_cannot_be_is_400(string query) =>
        (await process.Admin.GetAnswerAsync(RecipientsPath + query)).Status.ShouldBe(HttpStatusCode.BadRequest);

    [Fact]
    public async Task Only_the_outbound_operator_and_the_admin_touch_recipients()
    {
        using var outbound = process.ClientOf(await process.CreatePrincipalAsync("out", "outbound-operator"));
        using var inbound = process.ClientOf(await process.CreatePrincipalAsync("in", "inbound-operator", "steward", "auditor"));
        using var recipient = process.ClientOf(await process.TokenOfAsync(await process.CreateRecipientAsync("acme")));

        (await outbound.PostAnswerAsync(RecipientsPath, new { name = "b" })).Json.GetProperty("created_by").GetString().ShouldBe("out");
        foreach (
            var (client, expected) in new[]
            {
                (inbound, HttpStatusCode.Forbidden),
                (recipient, HttpStatusCode.Unauthorized),
                (process.Stranger, HttpStatusCode.Unauthorized),
            }
        )
        {
            (await client.GetAnswerAsync(RecipientsPath)).Status.ShouldBe(expected);
            (await client.GetAnswerAsync(RecipientsPath + "/acme")).Status.ShouldBe(expected);
            (await client.PostAnswerAsync(RecipientsPath, new { name = "x" })).Status.ShouldBe(expected);
            (await client.PatchAnswerAsync(RecipientsPath + "/acme", new { comment = "x" })).Status.ShouldBe(expected);
            (await client.DeleteAnswerAsync(RecipientsPath + "/acme")).Status.ShouldBe(expected);
            (await client.PostAnswerAsync(RecipientsPath + "/acme/rotate-token", new { existing_token_expire_in_seconds = 0 })).Status.ShouldBe(expected);
        }
    }

    private Task<Answer> WithAddressesAsync(string name, int count) =>
        process.Admin.PostAnswerAsync(
            RecipientsPath,
            new { name, ip_access_list = new { allowed_ip_addresses = Enumerable.Range(0, count).Select(i => $"10.0.0.{i}") } }
        );

    private Task<Answer> WithPropertiesAsync(string name, int count, string value) =>
        process.Admin.PostAnswerAsync(
            RecipientsPath,
            new { name, properties_kvpairs = new { properties = Enumerable.Range(0, count).ToDictionary(i => "k" + i, _ => value) } }
        );
}
