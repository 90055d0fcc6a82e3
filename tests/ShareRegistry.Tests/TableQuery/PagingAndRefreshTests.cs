using System.Net;
using Tideway.ShareRegistry.Tests.Hosts;
using Tideway.Testing;

namespace Tideway.ShareRegistry.Tests.TableQuery;

public sealed class PagingAndRefreshTests : TableTest
{
    private LakeTable orders = null!;
    private string path = null!;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        orders = NewTable("orders");
        for (var i = 1; i <= 6; i++)
            orders.Commit(orders.Add($"part-{i}.parquet", 10));
        path = await ShareAsync("orders", orders);
    }

    [Fact]
    [ProtocolRule("Pages and refresh tokens", "maxFiles bounds a page, and pages stay with one version")]
    public async Task Pages_of_a_query_stay_with_one_version_and_hold_every_file_once()
    {
        var whole = Ids(await QueryAsync(path, "{}"));
        var ids = new List<string?>();
        string? token = null;
        do
        {
            var page = (await QueryAsync(path, new { maxFiles = 3, pageToken = token })).ShouldBe(HttpStatusCode.OK);
            page.Header("Delta-Table-Version").ShouldBe("6");
            page.Files().Count.ShouldBeLessThanOrEqualTo(3);
            ids.AddRange(Ids(page));
            token = TokenOf(page, "nextPageToken");
            orders.Commit(LakeTable.RemoveLine($"part-{ids.Count}.parquet"));
        } while (token is not null);

        ids.ShouldBe(whole);
    }

    [Fact]
    [ProtocolRule("Pages and refresh tokens", "limitHint stops when there are enough rows, over all pages")]
    public async Task A_limit_holds_over_all_pages()
    {
        var first = (await QueryAsync(path, new { maxFiles = 2, limitHint = 25 })).ShouldBe(HttpStatusCode.OK);
        var second = (
            await QueryAsync(
                path,
                new
                {
                    maxFiles = 2,
                    limitHint = 25,
                    pageToken = TokenOf(first, "nextPageToken"),
                }
            )
        ).ShouldBe(HttpStatusCode.OK);

        (first.Files().Count, second.Files().Count).ShouldBe((2, 1));
        TokenOf(second, "nextPageToken").ShouldBeNull();
    }

    [Fact]
    [ProtocolRule("Pages and refresh tokens", "A page token goes on only with the same parameters, table and recipient", Served = "tokens are signed")]
    public async Task A_page_token_goes_on_only_with_its_own_query()
    {
        var token = TokenOf(await QueryAsync(path, new { maxFiles = 2 }), "nextPageToken")!;
        var twin = await ShareAsync("twin", orders);
        var other = await Process.AddRecipientAsync("other");
        await Process.GrantAsync("sales", other);

        (
            await QueryAsync(
                path,
                new
                {
                    maxFiles = 2,
                    pageToken = token,
                    version = 3,
                }
            )
        ).ShouldBe(HttpStatusCode.BadRequest).Message.ShouldContain("Query parameter mismatch");
        (
            await QueryAsync(
                path,
                new
                {
                    maxFiles = 2,
                    pageToken = token,
                    limitHint = 3,
                }
            )
        ).ShouldBe(HttpStatusCode.BadRequest).Message.ShouldContain("Query parameter mismatch");
        (await QueryAsync(twin, new { maxFiles = 2, pageToken = token }))
            .ShouldBe(HttpStatusCode.BadRequest)
            .Message.ShouldContain("does not match the table being queried");
        (await other.Http.PostAnswerAsync(path + "/query", new { maxFiles = 2, pageToken = token })).ShouldBe(HttpStatusCode.BadRequest);
        (await QueryAsync(path, new { maxFiles = 2, pageToken = "AAAA" + token[4..] }))
            .ShouldBe(HttpStatusCode.BadRequest)
            .Message.ShouldContain("Error decoding the page token");
        (await QueryAsync(path, new { maxFiles = 5, pageToken = token })).ShouldBe(HttpStatusCode.OK).Files().Count.ShouldBe(5);
    }

    [Fact]
    [ProtocolRule("Pages and refresh tokens", "A refresh token gives the files of the same version again, with new addresses")]
    public async Task A_refresh_token_gives_the_same_files_again_whatever_came_since()
    {
        var latestOnly = await ShareAsync("latest", orders, history: false, startVersion: null);
        var first = (await QueryAsync(latestOnly, new { includeRefreshToken = true })).ShouldBe(HttpStatusCode.OK);
        orders.Commit(LakeTable.RemoveLine("part-1.parquet"), orders.Add("part-new.parquet", 1));

        var again = (await QueryAsync(latestOnly, new { includeRefreshToken = true, refreshToken = TokenOf(first, "refreshToken") })).ShouldBe(
            HttpStatusCode.OK
        );

        Ids(again).ShouldBe(Ids(first));
        again.Header("Delta-Table-Version").ShouldBe("6");
        first
            .Lines[^1]
            .Body.GetProperty("minUrlExpirationTimestamp")
            .GetInt64()
            .ShouldBe(first.Files().Min(file => file.GetProperty("expirationTimestamp").GetInt64()));
        (await QueryAsync(path, new { refreshToken = TokenOf(first, "refreshToken") })).ShouldBe(HttpStatusCode.BadRequest);
        (await QueryAsync(latestOnly, new { refreshToken = "nonsense" })).ShouldBe(HttpStatusCode.BadRequest).Message.ShouldContain("Error decoding");
        Process.Time.Advance(TimeSpan.FromHours(3));
        (await QueryAsync(latestOnly, new { refreshToken = TokenOf(first, "refreshToken") }))
            .ShouldBe(HttpStatusCode.BadRequest)
            .Message.ShouldContain("has expired");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    // As many versions as before and more, so that every token finds its own.
    [InlineData(8)]
    [ProtocolRule("Pages and refresh tokens", "A token of a table does not go on with another table that was made anew at its place")]
    public async Task A_token_does_not_go_on_with_a_table_that_was_made_anew_at_the_same_place(int versions)
    {
        var page = TokenOf(await QueryAsync(path, new { maxFiles = 2 }), "nextPageToken");
        var changed = TokenOf(await QueryAsync(path, new { startingVersion = 1, maxFiles = 2 }), "nextPageToken");
        var refresh = TokenOf(await QueryAsync(path, new { includeRefreshToken = true }), "refreshToken");
        var anew = orders.MakeAnew();
        for (var i = 1; i <= versions; i++)
            anew.Commit(anew.Add($"new-{i}.parquet", 10));

        await ShouldHaveExpiredAsync(new { maxFiles = 2, pageToken = page }, "page token");
        await ShouldHaveExpiredAsync(
            new
            {
                startingVersion = 1,
                maxFiles = 2,
                pageToken = changed,
            },
            "page token"
        );
        await ShouldHaveExpiredAsync(new { refreshToken = refresh }, "refresh token");
        page.ShouldNotBeNull().Length.ShouldBeLessThan(150);
    }

    [Fact]
    public async Task Pages_of_changed_files_go_on_though_the_table_was_replaced_in_its_own_log()
    {
        var first = (await QueryAsync(path, new { startingVersion = 1, maxFiles = 4 })).ShouldBe(HttpStatusCode.OK);
        orders.Commit(LakeTable.OtherMetadataLine(), LakeTable.RemoveLine("part-1.parquet"), orders.Add("part-7.parquet", 10));

        var second = (
            await QueryAsync(
                path,
                new
                {
                    startingVersion = 1,
                    maxFiles = 4,
                    pageToken = TokenOf(first, "nextPageToken"),
                }
            )
        ).ShouldBe(HttpStatusCode.OK);

        (first.Files("add").Count, second.Files("add").Count).ShouldBe((4, 2));
        second.Text.Split('\n').Take(2).ShouldBe(first.Text.Split('\n').Take(2));
        TokenOf(second, "nextPageToken").ShouldBeNull();
    }

    private async Task ShouldHaveExpiredAsync(object body, string token) =>
        (await QueryAsync(path, body)).ShouldBe(HttpStatusCode.BadRequest).Message.ShouldContain($"The {token} has expired.");

    private static IReadOnlyList<string?> Ids(Answer answer) => [.. answer.Files().Select(file => file.GetProperty("id").GetString())];

    private static string? TokenOf(Answer answer, string name) => answer.Lines[^1].Body.TryGetProperty(name, out var token) ? token.GetString() : null;
}
