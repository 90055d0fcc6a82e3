using System.Net;
using Tideway.Contracts.ShareRegistry;
using Tideway.ShareRegistry.Tests.Hosts;
using Tideway.Testing;

namespace Tideway.ShareRegistry.Tests.Catalog;

public sealed class CatalogTests : IAsyncLifetime
{
    private RegistryProcess process = null!;
    private RecipientClient acme = null!;
    private RecipientClient other = null!;

    public async ValueTask InitializeAsync()
    {
        process = await RegistryProcess.StartAsync();
        var location = LakeTable.Create(Path.Combine(process.Lake, "t")).Folder;
        (acme, other) = (await process.AddRecipientAsync("acme"), await process.AddRecipientAsync("other"));
        foreach (var share in (string[])["Alpha", "beta", "Gamma", "hidden"])
            await process.CreateShareAsync(share);
        foreach (var table in (string[])["Shop.Orders", "shop.items", "HR.staff"])
            await process.ShareTableAsync("alpha", table, location);
        await process.ShareTableAsync("hidden", "s.t", location);
        foreach (var share in (string[])["alpha", "beta", "gamma"])
            await process.GrantAsync(share, acme);
    }

    public ValueTask DisposeAsync() => process.DisposeAsync();

    [Fact]
    [ProtocolRule("List Shares", "Only shares that the recipient was granted are listed")]
    [ProtocolRule("Names", "Shares, schemas and tables are found in any case")]
    public async Task A_recipient_sees_what_it_is_granted_and_nothing_else()
    {
        var shares = (await acme.Http.GetAnswerAsync("/delta-sharing/shares")).ShouldBe(HttpStatusCode.OK);
        Names(shares).ShouldBe(["Alpha", "beta", "Gamma"]);
        shares.Response.Content.Headers.ContentType!.ToString().ShouldBe("application/json; charset=utf-8");
        shares.Text.ShouldNotContain("\n");
        shares.Json.TryGetProperty("nextPageToken", out _).ShouldBeFalse();
        Names(await other.Http.GetAnswerAsync("/delta-sharing/shares")).ShouldBeEmpty();

        Names(await acme.Http.GetAnswerAsync("/delta-sharing/shares/ALPHA/schemas")).ShouldBe(["HR", "Shop"]);
        Names(await acme.Http.GetAnswerAsync("/delta-sharing/shares/beta/schemas")).ShouldBeEmpty();
        Names(await acme.Http.GetAnswerAsync("/delta-sharing/shares/alpha/schemas/SHOP/tables")).ShouldBe(["items", "Orders"]);
        Names(await acme.Http.GetAnswerAsync("/delta-sharing/shares/alpha/all-tables")).ShouldBe(["staff", "items", "Orders"]);
        var share = (await acme.Http.GetAnswerAsync("/delta-sharing/shares/aLPHA")).ShouldBe(HttpStatusCode.OK).Json.GetProperty("share");
        share.GetProperty("name").GetString().ShouldBe("Alpha");
        var table = (await acme.Http.GetAnswerAsync("/delta-sharing/shares/alpha/all-tables")).Json.GetProperty("items")[2];
        table.GetProperty("share").GetString().ShouldBe("Alpha");
        table.GetProperty("schema").GetString().ShouldBe("Shop");
        table.GetProperty("shareId").GetString().ShouldBe(share.GetProperty("id").GetString());
        table.TryGetProperty("location", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task Names_that_some_rules_of_case_take_for_one_have_answers_of_their_own()
    {
        // Small sigma within a word and at its end: one capital letter, two names.
        foreach (var share in (string[])["\u03c3", "\u03c2"])
        {
            await process.CreateShareAsync(share);
            await process.GrantAsync(share, acme);
        }

        foreach (var share in (string[])["\u03c3", "\u03c2"])
        {
            var answer = (await acme.Http.GetAnswerAsync($"/delta-sharing/shares/{Uri.EscapeDataString(share)}")).ShouldBe(HttpStatusCode.OK);
            answer.Json.GetProperty("share").GetProperty("name").GetString().ShouldBe(share);
        }
    }

    [Fact]
    [ProtocolRule("List Shares", "Shares have id, displayName, comment and properties", Served = "where their owner gave them; the id never changes")]
    public async Task A_share_tells_what_its_owner_noted_on_it()
    {
        var change = new
        {
            new_name = "Omega",
            display_name = "Everything",
            comment = "a text",
            properties = new Dictionary<string, string> { ["b"] = "2", ["a"] = "one" },
        };
        var id = (await acme.Http.GetAnswerAsync("/delta-sharing/shares/alpha")).Json.GetProperty("share").GetProperty("id").GetString();
        var changed = (await process.Operator.PatchAnswerAsync(ShareSetup.SharesPath + "/alpha", change)).ShouldBe(HttpStatusCode.OK);

        changed.Json.GetProperty("properties").ToString().ShouldBe("""{"a":"one","b":"2"}""");
        var share = (await acme.Http.GetAnswerAsync("/delta-sharing/shares/omega")).ShouldBe(HttpStatusCode.OK).Json.GetProperty("share");
        var listed = (await acme.Http.GetAnswerAsync("/delta-sharing/shares")).Json.GetProperty("items")[2];
        share.ToString().ShouldBe(listed.ToString());
        share.GetProperty("id").GetString().ShouldBe(id);
        share.GetProperty("displayName").GetString().ShouldBe("Everything");
        share.GetProperty("comment").GetString().ShouldBe("a text");
        share.GetProperty("properties").EnumerateObject().Select(pair => $"{pair.Name}={pair.Value}").ShouldBe(["a=one", "b=2"]);
        var updated = await process.Events.WaitForAsync<ShareUpdated>(e => e.ShareName == "Omega");
        (updated.DisplayName, updated.Properties!["b"]).ShouldBe(("Everything", "2"));
    }

    [Fact]
    [ProtocolRule(
        "Get Table",
        "Get Table tells name, schema, share, shareId, id and format",
        Served = "in the spelling that the owner gave them; format is delta"
    )]
    [ProtocolRule("Get Table", "GET of a table's path is Get Table, HEAD of the same path is the older version call")]
    public async Task One_table_is_told_with_its_format_and_the_head_of_its_path_is_its_version()
    {
        var item = (await acme.Http.GetAnswerAsync("/delta-sharing/shares/alpha/all-tables")).Json.GetProperty("items")[2];
        var answer = (await acme.Http.GetAnswerAsync("/delta-sharing/shares/ALPHA/schemas/shop/tables/ORDERS")).ShouldBe(HttpStatusCode.OK);

        answer.Response.Content.Headers.ContentType!.ToString().ShouldBe("application/json; charset=utf-8");
        answer
            .Json.EnumerateObject()
            .Select(field => $"{field.Name}={field.Value}")
            .ShouldBe(["name=Orders", "schema=Shop", "share=Alpha", $"shareId={item.GetProperty("shareId")}", $"id={item.GetProperty("id")}", "format=delta"]);
        var access = await process.Events.WaitForAsync<ShareAccessed>(e => e.Action == "deltaSharingGetTable");
        (access.Status, access.Share, access.Schema, access.Table).ShouldBe((200, "ALPHA", "shop", "ORDERS"));
        var head = await acme.Http.SendAnswerAsync(HttpMethod.Head, "/delta-sharing/shares/ALPHA/schemas/shop/tables/ORDERS", null);
        (head.Status, head.Text, head.Header("Delta-Table-Version")).ShouldBe((HttpStatusCode.OK, "", "0"));
    }

    [Theory]
    [InlineData("", "GET")]
    [InlineData("/schemas", "GET")]
    [InlineData("/schemas/s/tables", "GET")]
    [InlineData("/all-tables", "GET")]
    [InlineData("/schemas/s/tables/t", "GET")]
    [InlineData("/schemas/s/tables/t/temporary-table-credentials", "POST")]
    [InlineData("/schemas/s/tables/t/version", "GET")]
    [InlineData("/schemas/s/tables/t/metadata", "GET")]
    [InlineData("/schemas/s/tables/t/query", "POST")]
    [ProtocolRule("REST APIs", "A share that is not granted looks like none")]
    public async Task A_share_that_is_not_granted_looks_like_one_that_is_not_there(string rest, string method)
    {
        var hidden = (await acme.Http.SendAnswerAsync(new HttpMethod(method), $"/delta-sharing/shares/hidden{rest}", null)).ShouldBe(HttpStatusCode.NotFound);
        var absent = (await acme.Http.SendAnswerAsync(new HttpMethod(method), $"/delta-sharing/shares/absent{rest}", null)).ShouldBe(HttpStatusCode.NotFound);

        hidden.Text.Replace("hidden", "absent", StringComparison.Ordinal).ShouldBe(absent.Text);
        hidden.ProtocolCode.ShouldBe("RESOURCE_DOES_NOT_EXIST");
        HeadersOf(hidden).ShouldBe(HeadersOf(absent));
    }

    [Theory]
    [InlineData("/shares/alpha/schemas/nothing/tables", "[Schema] 'alpha/nothing'")]
    [InlineData("/shares/alpha/schemas/nothing/tables/orders/version", "[Share/Schema/Table] 'alpha/nothing/orders'")]
    [InlineData("/shares/alpha/schemas/shop/tables/nothing/version", "[Share/Schema/Table] 'alpha/shop/nothing'")]
    [InlineData("/shares/alpha/schemas/shop/tables/or%20ders/metadata", "[Share/Schema/Table]")]
    [InlineData("/shares/al%2Fpha", "[Share]")]
    [InlineData("/shares/alpha/nothing", "no call")]
    [InlineData("/nothing", "no call")]
    [InlineData("/shares/alpha/schemas/shop/tables/nothing", "[Share/Schema/Table] 'alpha/shop/nothing'")]
    [InlineData("/shares/alpha/schemas/shop/tables/orders/nothing", "no call")]
    [ProtocolRule("Error texts", "What is not there is a 404 with the reference server's text: [Share/Schema/Table] and the three names for a table")]
    public async Task What_is_not_there_is_named(string path, string expected)
    {
        var answer = (await acme.Http.GetAnswerAsync("/delta-sharing" + path)).ShouldBe(HttpStatusCode.NotFound);

        answer.ProtocolCode.ShouldBe("RESOURCE_DOES_NOT_EXIST");
        answer.Message.ShouldContain(expected);
    }

    [Theory]
    [InlineData("/shares", "Alpha,beta,Gamma")]
    [InlineData("/shares/alpha/schemas", "HR,Shop")]
    [InlineData("/shares/alpha/schemas/shop/tables", "items,Orders")]
    [InlineData("/shares/alpha/all-tables", "staff,items,Orders")]
    [ProtocolRule("REST APIs", "Lists come in pages of maxResults, each going on by the nextPageToken of the one before")]
    public async Task Every_list_comes_by_pages(string list, string expected)
    {
        var names = new List<string?>();
        var query = "?maxResults=1";
        while (query is not null)
        {
            var page = (await acme.Http.GetAnswerAsync("/delta-sharing" + list + query)).ShouldBe(HttpStatusCode.OK);
            Names(page).Count.ShouldBe(1);
            names.AddRange(Names(page));
            query = TokenOf(page) is { } token ? $"?maxResults=1&pageToken={token}" : null;
        }

        string.Join(',', names).ShouldBe(expected);
    }

    [Fact]
    [ProtocolRule("REST APIs", "maxResults 0 gives no items, and a nextPageToken where there are any")]
    public async Task A_page_of_no_items_says_that_there_are_more()
    {
        var page = await acme.Http.GetAnswerAsync("/delta-sharing/shares?maxResults=0");

        Names(page).ShouldBeEmpty();
        Names(await acme.Http.GetAnswerAsync($"/delta-sharing/shares?pageToken={TokenOf(page)}")).Count.ShouldBe(3);
    }

    [Fact]
    [ProtocolRule("REST APIs", "A page token goes on only with its own list and recipient", Served = "tokens are signed, and good for a day")]
    public async Task A_token_goes_on_only_with_its_own_list_and_recipient()
    {
        var token = TokenOf(await acme.Http.GetAnswerAsync("/delta-sharing/shares?maxResults=1"))!;

        (await acme.Http.GetAnswerAsync($"/delta-sharing/shares/alpha/schemas?pageToken={token}"))
            .ShouldBe(HttpStatusCode.BadRequest)
            .ProtocolCode.ShouldBe("INVALID_PARAMETER_VALUE");
        (await other.Http.GetAnswerAsync($"/delta-sharing/shares?pageToken={token}")).ShouldBe(HttpStatusCode.BadRequest);
        (await acme.Http.GetAnswerAsync($"/delta-sharing/shares?pageToken={token[..^4]}AAAA"))
            .ShouldBe(HttpStatusCode.BadRequest)
            .Message.ShouldContain("Error decoding");
        (await acme.Http.GetAnswerAsync("/delta-sharing/shares?pageToken=nonsense")).ShouldBe(HttpStatusCode.BadRequest);
        process.Time.Advance(TimeSpan.FromHours(23));
        (await acme.Http.GetAnswerAsync($"/delta-sharing/shares?pageToken={token}")).ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("maxResults=-1")]
    [InlineData("maxResults=501")]
    [InlineData("maxResults=9999999999")]
    [InlineData("maxResults=some")]
    [ProtocolRule("REST APIs", "maxResults is not negative", Served = "and at most 500, as in the reference server")]
    public async Task A_page_size_that_makes_no_sense_is_refused(string query) =>
        (await acme.Http.GetAnswerAsync($"/delta-sharing/shares?{query}")).ShouldBe(HttpStatusCode.BadRequest).ProtocolCode.ShouldBe("INVALID_PARAMETER_VALUE");

    [Fact]
    public async Task A_grant_that_is_taken_back_is_gone_at_once()
    {
        await process.RevokeAsync("alpha", acme);

        (await acme.Http.GetAnswerAsync("/delta-sharing/shares/alpha")).ShouldBe(HttpStatusCode.NotFound);
        Names(await acme.Http.GetAnswerAsync("/delta-sharing/shares")).ShouldBe(["beta", "Gamma"]);
    }

    [Fact]
    public async Task A_method_that_is_not_allowed_is_told_in_the_protocols_way() =>
        (await acme.Http.DeleteAnswerAsync("/delta-sharing/shares")).Json.TryGetProperty("errorCode", out _).ShouldBeTrue();

    private static IReadOnlyList<string?> Names(Answer answer) =>
        [.. answer.ShouldBe(HttpStatusCode.OK).Json.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("name").GetString())];

    private static string? TokenOf(Answer answer) => answer.Json.TryGetProperty("nextPageToken", out var token) ? token.GetString() : null;

    private static IEnumerable<string> HeadersOf(Answer answer) =>
        answer
            .Response.Headers.Where(header => header.Key.ToLowerInvariant() is not ("date" or "x-request-id"))
            .Select(header => $"{header.Key}: {string.Join(',', header.Value)}");
}
