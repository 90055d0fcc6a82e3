using System.Net;
using System.Text.Json;
using Tideway.ShareRegistry.Tests.Hosts;
using Tideway.ShareRegistry.Tests.TableQuery;
using Tideway.Testing;

namespace Tideway.ShareRegistry.Tests.Contract;

/// <summary>What the lists of shares, schemas and tables have to say.</summary>
public sealed class ListingRulesTests : TableTest
{
    private const string Shares = "/delta-sharing/shares";

    private LakeTable table = null!;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        table = NewTable("t");
        await ShareAsync("orders", table);
        await ShareAsync("items", table);
        await Process.ShareTableAsync("sales", "hr.staff", table.Folder);
    }

    [Fact]
    [ProtocolRule("List Shares", "A share has a name, and an id that is unique and stays what it is", Served = "a UUID")]
    [ProtocolRule("Get Share", "The share is in the field share, with the fields that it has in the list")]
    public async Task A_share_has_an_id_that_stays()
    {
        await Process.CreateShareAsync("another");
        await Process.GrantAsync("another", Acme);
        var before = await ItemsAsync(Shares);

        await Process.ShareTableAsync("sales", "shop.later", table.Folder);
        (await Process.Operator.PatchAnswerAsync($"{ShareSetup.SharesPath}/sales", new { comment = "as it is now" })).ShouldBe(HttpStatusCode.OK);
        var after = await ItemsAsync(Shares);

        before.Select(share => share.GetProperty("name").GetString()).ShouldBe(["another", "sales"]);
        Ids(after).ShouldBe(Ids(before));
        Ids(after).Distinct().Count().ShouldBe(2);
        Ids(after).Select(id => Guid.TryParse(id, out var parsed) && parsed != Guid.Empty).ShouldAllBe(isId => isId);
        var one = (await GetAsync(Shares + "/sales")).ShouldBe(HttpStatusCode.OK).Json;
        one.EnumerateObject().ShouldHaveSingleItem().Value.GetRawText().ShouldBe(after[1].GetRawText());
        after[1].GetProperty("comment").GetString().ShouldBe("as it is now");
    }

    [Fact]
    [ProtocolRule("List Schemas in a Share", "A schema has its name and that of its share")]
    public async Task A_schema_has_its_name_and_that_of_its_share()
    {
        var schemas = await ItemsAsync(Shares + "/sales/schemas");

        schemas.Select(schema => schema.GetProperty("name").GetString()).ShouldBe(["hr", "shop"]);
        schemas.ShouldAllBe(schema => schema.GetProperty("share").GetString() == "sales");
    }

    [Fact]
    [ProtocolRule("List Tables in a Schema", "A table has its name, those of its schema and share, its id and that of its share, which stay what they are")]
    [ProtocolRule("List all Tables in a Share", "The tables of all schemas, each as in the list of its schema")]
    [ProtocolRule("Access Modes", "A table that names no access mode is read by addresses of its files", Served = "its location is not told")]
    public async Task A_table_is_the_same_in_both_lists()
    {
        var share = (await ItemsAsync(Shares)).Single().GetProperty("id").GetString();
        var listed = new List<JsonElement>();
        foreach (var schema in (string[])["hr", "shop"])
            listed.AddRange(await ItemsAsync($"{Shares}/sales/schemas/{schema}/tables"));

        var all = await ItemsAsync(Shares + "/sales/all-tables");

        all.Select(item => item.GetRawText()).ShouldBe(listed.Select(item => item.GetRawText()));
        all.Select(NameOf).ShouldBe(["sales.hr.staff", "sales.shop.items", "sales.shop.orders"]);
        all.ShouldAllBe(item => item.GetProperty("shareId").GetString() == share);
        Ids(all).Distinct().Count().ShouldBe(3);
        foreach (var item in all)
        {
            item.TryGetProperty("location", out _).ShouldBeFalse();
            var call = $"{Shares}/sales/schemas/{item.GetProperty("schema").GetString()}/tables/{item.GetProperty("name").GetString()}/query";
            (await Acme.Http.PostAnswerAsync(call, "{}")).ShouldBe(HttpStatusCode.OK).Files().Count.ShouldBe(1);
        }

        table.Commit(table.Add("part-1.parquet", 1));
        await Process.ShareTableAsync("sales", "shop.later", table.Folder);
        Ids(await ItemsAsync(Shares + "/sales/all-tables")).Intersect(Ids(all)).ShouldBe(Ids(all));
    }

    [Theory]
    [ProtocolRule("REST APIs", "A list is one line, and the last page has no nextPageToken, never an empty one")]
    [ProtocolRule("Python client", "A list is one line: only the first line of it is read")]
    [ProtocolRule("Spark client", "The last page of a list has no nextPageToken: an empty one is asked for again and again")]
    [InlineData("")]
    [InlineData("/sales/schemas")]
    [InlineData("/sales/schemas/shop/tables")]
    [InlineData("/sales/all-tables")]
    public async Task A_list_is_one_line_of_json_without_an_empty_token(string list)
    {
        foreach (var query in (string[])["", "?maxResults=500", "?maxResults=500&pageToken="])
        {
            var answer = (await GetAsync(Shares + list + query)).ShouldBe(HttpStatusCode.OK);

            answer.Text.TrimEnd('\n').ShouldNotContain("\n");
            answer.Response.Content.Headers.ContentType!.ToString().ShouldBe("application/json; charset=utf-8");
            answer.Json.TryGetProperty("nextPageToken", out _).ShouldBeFalse();
        }
    }

    [Fact]
    [ProtocolRule("Names", "The name of a share may hold dots, those of schemas and tables may not")]
    [ProtocolRule("Names", "Other characters are taken as they are, percent-encoded or not")]
    public async Task Names_are_found_however_a_client_writes_them()
    {
        await Process.CreateShareAsync("eu.sales+2026");
        await Process.ShareTableAsync("eu.sales+2026", "züri&co.o(1)", table.Folder);
        await Process.GrantAsync("eu.sales+2026", Acme);

        foreach (
            var path in (string[])
                [
                    "eu.sales+2026/schemas/z%C3%BCri&co/tables/o(1)",
                    "eu.sales%2B2026/schemas/z%C3%BCri%26co/tables/o%281%29",
                    "EU%2esales+2026/schemas/Z%C3%9CRI&CO/tables/O(1)",
                ]
        )
            (await GetAsync($"{Shares}/{path}/version")).ShouldBe(HttpStatusCode.OK).Header("Delta-Table-Version").ShouldBe("0");
    }

    private async Task<IReadOnlyList<JsonElement>> ItemsAsync(string path) =>
        [.. (await GetAsync(path)).ShouldBe(HttpStatusCode.OK).Json.GetProperty("items").EnumerateArray()];

    private static IReadOnlyList<string?> Ids(IEnumerable<JsonElement> items) => [.. items.Select(item => item.GetProperty("id").GetString())];

    private static string NameOf(JsonElement item) =>
        string.Join('.', ((string[])["share", "schema", "name"]).Select(part => item.GetProperty(part).GetString()));
}
