using System.Net;
using System.Text.Json;
using Tideway.CdfPublisher.Tests.Support;
using Tideway.Contracts.CdfPublisher;
using Tideway.Testing;

namespace Tideway.CdfPublisher.Tests.Changes;

/// <summary>Pages of changes, which the specification has for queries only.</summary>
public sealed class ChangesPagingTests : ChangesScene
{
    private const string Range = "startingVersion=1&includeHistoricalMetadata=true";

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(100)]
    [ProtocolRule(
        "Pages and refresh tokens",
        "Pages of changes hold every line once, and each ends with an endStreamAction",
        Served = "maxFiles and pageToken of a changes call, as the reference server takes them"
    )]
    public async Task Pages_hold_every_line_of_the_range_once(int maxFiles)
    {
        var whole = await LinesOf(await GetAsync("orders", Range));

        var pages = await ReadPagesAsync("orders", Range, maxFiles);

        pages.Count.ShouldBe(Math.Max(1, (4 + maxFiles - 1) / maxFiles));
        pages.SelectMany(page => page.Skip(2)).Select(KindOf).ShouldBe(whole.Skip(2).Select(KindOf));
        foreach (var page in pages)
        {
            page.Take(2).Select(line => line.GetRawText()).ShouldBe(whole.Take(2).Select(line => line.GetRawText()));
            page.Skip(2).Count(line => KindOf(line) != "metaData").ShouldBeLessThanOrEqualTo(maxFiles);
        }

        var accesses = (await host.PublishedAsync<ChangeFeedsAccessed>()).SelectMany(group => group.Accesses).Skip(1).ToList();
        accesses.Sum(access => access.FileCount).ShouldBe(4);
        accesses.Sum(access => access.ByteCount).ShouldBe(350);
    }

    [Fact]
    public async Task Pages_go_on_within_a_version_and_after_files_that_are_many()
    {
        const int Versions = 3;
        const int FilesPerVersion = 5_000;
        var table = new DeltaFolder(storage.Path, "long").Create();
        for (var version = 1; version <= Versions; version++)
        {
            string[] changed = version == 2 ? [DeltaFolder.Metadata(schema: DeltaFolder.WiderSchema)] : [];
            table.Commit(version, [.. changed, .. Enumerable.Range(0, FilesPerVersion).Select(i => DeltaFolder.Add($"part-{version}-{i}.parquet"))]);
        }

        await share.UpdateAsync(host, 3, null, ShareEvents.TableAt(table.Location, "long"));

        var pages = await ReadPagesAsync("long", Range, 4_000);

        pages.Select(page => page.Count - 2).ShouldBe([4_000, 4_001, 4_000, 3_000]);
        var files = pages.SelectMany(page => page.Skip(2)).Where(line => KindOf(line) != "metaData").ToList();
        files.Select(line => line.GetProperty("add").GetProperty("id").GetString()).Distinct().Count().ShouldBe(Versions * FilesPerVersion);
    }

    [Fact]
    [ProtocolRule("Pages and refresh tokens", "Pages of changes tell the times that the whole answer would tell")]
    public async Task Pages_tell_the_same_times_as_the_whole_where_commits_were_written_at_one_moment()
    {
        var orders = new DeltaFolder(storage.Path, "orders");
        for (var version = 0; version <= 5; version++)
            orders.At(version, Start);
        var whole = TimesOf(await LinesOf(await GetAsync("orders", "startingVersion=0")));

        var pages = await ReadPagesAsync("orders", "startingVersion=0", 1);

        pages.SelectMany(TimesOf).ShouldBe(whole);
        TimesOf(await LinesOf(await GetAsync("orders", "startingVersion=4"))).ShouldBe(whole.TakeLast(2));
    }

    [Fact]
    public async Task Pages_stay_with_the_range_and_the_metadata_of_the_first()
    {
        const string Query = "startingVersion=1";
        var first = await LinesOf(await GetAsync("orders", Query + "&maxFiles=2"));
        new DeltaFolder(storage.Path, "orders").Commit(6, DeltaFolder.Metadata(schema: DeltaFolder.Schema), DeltaFolder.Add("part-6.parquet"));

        var second = await LinesOf(await GetAsync("orders", $"{Query}&maxFiles=100&pageToken={TokenOf(first)}"));

        second.Take(2).Select(line => line.GetRawText()).ShouldBe(first.Take(2).Select(line => line.GetRawText()));
        second.Skip(2).SkipLast(1).Select(KindOf).ShouldBe(["add:4", "remove:5"]);
        TokenOf(second).ShouldBeNull();
    }

    [Fact]
    [ProtocolRule("Pages and refresh tokens", "A page token of changes is good for its recipient, its table and the same other parameters")]
    public async Task A_token_is_good_for_the_same_call_alone()
    {
        var token = TokenOf(await LinesOf(await GetAsync("orders", Range + "&maxFiles=1")));

        (await MessageOf("orders", $"startingVersion=2&includeHistoricalMetadata=true&pageToken={token}")).ShouldContain("Query parameter mismatch");
        (await MessageOf("merged", $"{Range}&pageToken={token}")).ShouldContain("does not match the table");
        (await MessageOf("orders", $"{Range}&pageToken={token}x")).ShouldContain("Error decoding the page token");
        (await LinesOf(await GetAsync("orders", $"{Range}&pageToken={token}"))).Count.ShouldBe(2 + 4 + 1, "three files, metadata, and the end");
    }

    [Theory]
    [InlineData(2)]
    [InlineData(9)]
    [ProtocolRule("Pages and refresh tokens", "A token of a table does not go on with another table that was made anew at its place")]
    public async Task A_token_does_not_go_on_with_a_table_that_was_made_anew_at_the_same_place(int versions)
    {
        const string Query = "startingVersion=1";
        var token = TokenOf(await LinesOf(await GetAsync("orders", Query + "&maxFiles=1")));
        var folder = new DeltaFolder(storage.Path, "orders");
        Directory.Delete(Path.Combine(storage.Path, "orders", "_delta_log"), recursive: true);
        folder.Create("another");
        for (var version = 1; version < versions; version++)
            folder.Commit(version, DeltaFolder.Add($"new-{version}.parquet"));

        (await MessageOf("orders", $"{Query}&maxFiles=1&pageToken={token}")).ShouldContain("The page token has expired.");
    }

    [Theory]
    [InlineData("0", "maxFiles must be positive")]
    [InlineData("-1", "maxFiles must be positive")]
    [InlineData("many", "maxFiles must be an integer from 1 to 2147483647, not 'many'")]
    [InlineData("2147483648", "maxFiles must be an integer from 1 to 2147483647, not '2147483648'")]
    [ProtocolRule("Pages and refresh tokens", "maxFiles must be positive, for changes too")]
    public async Task Sizes_of_pages_that_make_no_sense_are_refused(string maxFiles, string text) =>
        (await MessageOf("orders", $"{Range}&maxFiles={maxFiles}")).ShouldContain(text);

    private static List<long> TimesOf(List<JsonElement> lines) =>
        [
            .. lines
                .Select(line => line.EnumerateObject().Single())
                .Where(line => line.Name is "add" or "remove" or "cdc")
                .Select(line => line.Value.GetProperty("timestamp").GetInt64()),
        ];

    private async Task<string> MessageOf(string table, string query)
    {
        var answer = await GetAsync(table, query);
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        return (await JsonOf(answer)).GetProperty("message").GetString()!;
    }

    private static string? TokenOf(List<JsonElement> page) =>
        page[^1].GetProperty("endStreamAction").TryGetProperty("nextPageToken", out var token) ? token.GetString() : null;

    // Without the last line of each, which is looked at here.
    private async Task<List<List<JsonElement>>> ReadPagesAsync(string table, string query, int maxFiles)
    {
        var pages = new List<List<JsonElement>>();
        string? token = null;
        do
        {
            var page = await LinesOf(await GetAsync(table, $"{query}&maxFiles={maxFiles}" + (token is null ? "" : "&pageToken=" + token)));
            page[^1].GetProperty("endStreamAction").GetProperty("minUrlExpirationTimestamp").GetInt64().ShouldBeGreaterThan(0);
            token = TokenOf(page);
            pages.Add(page[..^1]);
        } while (token is not null);

        return pages;
    }
}
