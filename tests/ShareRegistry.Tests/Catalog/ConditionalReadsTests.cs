using System.Net;
using Tideway.Contracts.ShareRegistry;
using Tideway.ShareRegistry.Tests.Hosts;
using Tideway.ShareRegistry.Tests.TableQuery;
using Tideway.Testing;

namespace Tideway.ShareRegistry.Tests.Catalog;

/// <summary>Reads of a caller that kept the answer of before.</summary>
public sealed class ConditionalReadsTests : TableTest
{
    private const string Share = "/delta-sharing/shares/sales";
    private const string Orders = Share + "/schemas/shop/tables/orders";

    private LakeTable table = null!;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        table = NewTable("orders");
        await ShareAsync("orders", table);
        await ShareAsync("items", table);
    }

    [Theory]
    [InlineData("/delta-sharing/shares")]
    [InlineData(Share)]
    [InlineData(Share + "/schemas")]
    [InlineData(Share + "/schemas/shop/tables")]
    [InlineData(Share + "/all-tables")]
    [InlineData(Share + "/all-tables?maxResults=1")]
    [InlineData(Orders)]
    [InlineData(Orders + "/version")]
    [InlineData(Orders + "/metadata")]
    [InlineData(Orders + "/metadata?version=0")]
    [ProtocolRule(
        "Conditional requests",
        "Lists, one share, one table, version and metadata are asked for again by their tags",
        Served = "strong ETags; pages with a token keep theirs for an hour at most"
    )]
    public async Task What_did_not_change_is_304_until_it_is_taken_back(string path)
    {
        var first = (await GetAsync(path)).ShouldBe(HttpStatusCode.OK);
        var tag = first.Header("ETag").ShouldNotBeNull();

        var held = (await GetAsync(path, ("If-None-Match", tag))).ShouldBe(HttpStatusCode.NotModified);

        held.Text.ShouldBeEmpty();
        held.Header("Delta-Table-Version").ShouldBe(first.Header("Delta-Table-Version"));
        held.Header("delta-sharing-capabilities").ShouldBe(first.Header("delta-sharing-capabilities"));
        var access = await Process.Events.WaitForAsync<ShareAccessed>(e => e.RequestId == held.Header("x-request-id"));
        (access.Status, access.RecipientName).ShouldBe((304, "acme"));
        await Process.RevokeAsync("sales", Acme);
        var taken = await GetAsync(path, ("If-None-Match", tag));
        taken.Status.ShouldBe(path.EndsWith("/shares", StringComparison.Ordinal) ? HttpStatusCode.OK : HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_new_version_changes_the_tags_of_version_and_metadata_and_not_those_of_lists()
    {
        string[] paths = [Orders + "/version", Orders + "/metadata", Orders];
        var before = await TagsAsync(paths);
        table.Commit(table.Add("part-1.parquet", 1));

        var after = await TagsAsync(paths);

        after[0].ShouldNotBe(before[0]);
        after[1].ShouldNotBe(before[1]);
        after[2].ShouldBe(before[2]);
    }

    [Fact]
    public async Task The_tag_of_metadata_is_another_for_another_format_and_another_recipient()
    {
        var other = await Process.AddRecipientAsync("other");
        await Process.GrantAsync("sales", other);

        var tags = new[]
        {
            (await GetAsync(Orders + "/metadata")).Header("ETag"),
            (await GetAsync(Orders + "/metadata", ("delta-sharing-capabilities", "responseformat=delta"))).Header("ETag"),
            (await other.Http.GetAnswerAsync(Orders + "/metadata")).Header("ETag"),
        };

        tags.ShouldBeUnique();
        (await GetAsync(Orders + "/metadata")).Header("Vary").ShouldNotBeNull().ShouldContain("delta-sharing-capabilities");
    }

    [Fact]
    public async Task A_table_made_anew_under_the_same_name_has_other_tags()
    {
        var before = await TagsAsync(Orders + "/version");
        (await Process.UpdateTablesAsync("sales", "REMOVE", new { name = "shop.orders" })).ShouldBe(HttpStatusCode.OK);
        await ShareAsync("orders", NewTable("again"));

        (await TagsAsync(Orders + "/version")).ShouldNotBe(before);
    }

    private async Task<List<string?>> TagsAsync(params string[] paths)
    {
        var tags = new List<string?>();
        foreach (var path in paths)
            tags.Add((await GetAsync(path)).ShouldBe(HttpStatusCode.OK).Header("ETag"));
        return tags;
    }
}
