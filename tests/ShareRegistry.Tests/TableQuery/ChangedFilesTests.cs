using System.Net;
using Tideway.ShareRegistry.Tests.Hosts;
using Tideway.Testing;

namespace Tideway.ShareRegistry.Tests.TableQuery;

public sealed class ChangedFilesTests : TableTest
{
    private LakeTable orders = null!;
    private string path = null!;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        orders = NewTable("orders");
        orders.Commit(orders.Add("part-1.parquet", 1), orders.Add("part-2.parquet", 2));
        orders.Commit(LakeTable.MetadataLine(("delta.appendOnly", "false")), LakeTable.RemoveLine("part-1.parquet"), orders.Add("part-3.parquet", 3));
        // A rearrangement, of which nothing is told.
        orders.Commit(orders.Add("part-4.parquet", 5, dataChange: false));
        orders.Commit(orders.Add("part-5.parquet", 5));
        for (var version = 0; version <= 4; version++)
            orders.At(version, DateTimeOffset.UnixEpoch.AddDays(version + 1));
        path = await ShareAsync("orders", orders);
    }

    [Fact]
    [ProtocolRule("Read Data from a Table", "A query with a starting version gives add and remove lines whose rows changed, and later metadata")]
    public async Task The_files_that_each_version_added_and_removed_come_with_their_version_and_time()
    {
        var answer = (await QueryAsync(path, new { startingVersion = 1 })).ShouldBe(HttpStatusCode.OK);

        answer.Header("Delta-Table-Version").ShouldBe("1");
        answer.Lines.Select(line => line.Kind).ShouldBe(["protocol", "metaData", "add", "add", "metaData", "add", "remove", "add"]);
        answer.Lines.Skip(1).Select(line => line.Body.GetProperty("version").GetInt64()).ShouldBe([1, 1, 1, 2, 2, 2, 4]);
        answer
            .Files("add")
            .ShouldAllBe(file =>
                file.GetProperty("timestamp").GetInt64()
                == DateTimeOffset.UnixEpoch.AddDays(file.GetProperty("version").GetInt64() + 1).ToUnixTimeMilliseconds()
            );
        answer.Lines[1].Body.GetProperty("configuration").EnumerateObject().ShouldBeEmpty();
        answer.Lines[4].Body.GetProperty("configuration").GetProperty("delta.appendOnly").GetString().ShouldBe("false");
        answer.Files("remove")[0].GetProperty("id").GetString().ShouldBe(answer.Files("add")[0].GetProperty("id").GetString());
        answer.Files("remove")[0].GetProperty("size").GetInt64().ShouldBe(7);
    }

    [Fact]
    [ProtocolRule("Read Data from a Table", "endingVersion is a hint: one after the latest version is the latest")]
    public async Task The_end_is_inclusive_and_only_a_hint()
    {
        (await QueryAsync(path, new { startingVersion = 1, endingVersion = 1 })).Files("add").Count.ShouldBe(2);
        (await QueryAsync(path, new { startingVersion = 3, endingVersion = 3 })).Lines.Count.ShouldBe(2);
        (await QueryAsync(path, new { startingVersion = 4, endingVersion = 99 })).ShouldBe(HttpStatusCode.OK).Files("add").Count.ShouldBe(1);
    }

    [Fact]
    [ProtocolRule("Spark client", "The first two lines are byte for byte the same on every page")]
    public async Task Pages_hold_every_line_once_and_begin_alike()
    {
        var whole = (await QueryAsync(path, new { startingVersion = 0 })).ShouldBe(HttpStatusCode.OK);
        for (var size = 1; size <= 7; size++)
        {
            var lines = new List<string>();
            string? token = null;
            do
            {
                var page = (
                    await QueryAsync(
                        path,
                        new
                        {
                            startingVersion = 0,
                            maxFiles = size,
                            pageToken = token,
                        }
                    )
                ).ShouldBe(HttpStatusCode.OK);
                page.Text.Split('\n').Take(2).ShouldBe(whole.Text.Split('\n').Take(2));
                page.Lines[^1].Kind.ShouldBe("endStreamAction");
                page.Lines.Skip(2).Count(line => line.Kind is "add" or "remove").ShouldBeLessThanOrEqualTo(size);
                lines.AddRange(page.Lines.Skip(2).SkipLast(1).Select(LineOf));
                token = page.Lines[^1].Body.TryGetProperty("nextPageToken", out var next) ? next.GetString() : null;
                // What comes in between is not part of these pages.
                orders.Commit(orders.Add($"later-{size}-{lines.Count}.parquet", 1));
            } while (token is not null);

            lines.Take(whole.Lines.Count - 2).ShouldBe(whole.Lines.Skip(2).Select(LineOf));
            if (size == 1)
                lines.Count.ShouldBe(whole.Lines.Count - 2);
        }
    }

    [Fact]
    public async Task Pages_tell_the_same_times_as_the_whole_where_commits_were_written_at_one_moment()
    {
        for (var version = 0; version <= 4; version++)
            orders.At(version, DateTimeOffset.UnixEpoch.AddDays(1));
        var whole = (await QueryAsync(path, new { startingVersion = 0 })).ShouldBe(HttpStatusCode.OK);

        var pages = await ReadPagesAsync(path, 1);

        TimesOf(pages).ShouldBe(TimesOf(whole.Lines));
        TimesOf((await QueryAsync(path, new { startingVersion = 2 })).Lines)
            .ShouldBe(TimesOf(whole.Lines.Where(line => line.Kind is "add" or "remove" && line.Body.GetProperty("version").GetInt64() >= 2)));
    }

    [Fact]
    public async Task Protocols_on_later_pages_go_with_the_metadata_of_their_version()
    {
        var mapped = new LakeTable(Path.Combine(Process.Lake, "mapped"));
        mapped.Commit(LakeTable.ProtocolLine(2, 5), LakeTable.MetadataLine(), mapped.Add("part-0.parquet", 1));
        mapped.Commit(LakeTable.MetadataLine(("delta.columnMapping.mode", "name")), mapped.Add("part-1.parquet", 1));
        mapped.Commit(mapped.Add("part-2.parquet", 1));
        mapped.Commit(LakeTable.ProtocolLine(2, 6), mapped.Add("part-3.parquet", 1));
        var mappedPath = await ShareAsync("mapped", mapped);
        (string, string) capabilities = ("delta-sharing-capabilities", "responseformat=delta;readerfeatures=columnmapping");
        var whole = (await QueryAsync(mappedPath, new { startingVersion = 0, includeHistoricalProtocol = true }, capabilities)).ShouldBe(HttpStatusCode.OK);

        for (var size = 1; size <= 3; size++)
        {
            var pages = await ReadPagesAsync(mappedPath, size, capabilities);
            TextsOf(pages, "protocol").ShouldBe(TextsOf(whole.Lines.Skip(2), "protocol"));
            TextsOf(pages, "metaData").ShouldBe(TextsOf(whole.Lines.Skip(2), "metaData"));
        }
    }

    [Fact]
    [ProtocolRule("API Response Actions in Parquet Format", "The parquet format never tells of files with deleted rows")]
    public async Task A_version_with_deleted_rows_is_refused_rather_than_misread()
    {
        var deleted = new LakeTable(Path.Combine(Process.Lake, "deleted"));
        var features = ""","readerFeatures":["deletionVectors"],"writerFeatures":["deletionVectors"]""";
        deleted.Commit(LakeTable.ProtocolLine(3, 7, features), LakeTable.MetadataLine(), deleted.Add("part-0.parquet", 10));
        deleted.Commit(
            LakeTable.RemoveLine("part-0.parquet"),
            LakeTable.AddLine(
                "part-0.parquet",
                10,
                10,
                ""","deletionVector":{"storageType":"i","pathOrInlineDv":"wi5b=000010000siXQKl0rr91000f55c8Xg0@@D72lkbi5=-{L","sizeInBytes":40,"cardinality":6}"""
            )
        );
        var deletedPath = await ShareAsync("deleted", deleted);

        (await QueryAsync(deletedPath, new { startingVersion = 1 })).ShouldBe(HttpStatusCode.BadRequest).ProtocolCode.ShouldBe("UNSUPPORTED_OPERATION");
        (await QueryAsync(deletedPath, new { startingVersion = 0, endingVersion = 0 })).ShouldBe(HttpStatusCode.OK).Files("add").Count.ShouldBe(1);
        (await QueryAsync(deletedPath, new { version = 0 })).ShouldBe(HttpStatusCode.OK);
        var latest = (await QueryAsync(deletedPath, "{}")).ShouldBe(HttpStatusCode.BadRequest);
        latest.Message.ShouldContain("Unsupported Delta Table Properties");
        (await GetAsync(deletedPath + "/metadata")).ShouldBe(HttpStatusCode.BadRequest);
        (await GetAsync(deletedPath + "/version")).ShouldBe(HttpStatusCode.OK);
    }

    private static IEnumerable<string> TextsOf(IEnumerable<(string Kind, System.Text.Json.JsonElement Body)> lines, string kind) =>
        lines.Where(line => line.Kind == kind).Select(line => line.Body.GetRawText());

    private static IEnumerable<(long, long)> TimesOf(IEnumerable<(string Kind, System.Text.Json.JsonElement Body)> lines) =>
        lines
            .Where(line => line.Kind is "add" or "remove")
            .Select(line => (line.Body.GetProperty("version").GetInt64(), line.Body.GetProperty("timestamp").GetInt64()));

    // Without the lines that begin and end each.
    private async Task<List<(string Kind, System.Text.Json.JsonElement Body)>> ReadPagesAsync(
        string tablePath,
        int size,
        params (string Name, string Value)[] headers
    )
    {
        var (lines, token) = (new List<(string, System.Text.Json.JsonElement)>(), (string?)null);
        do
        {
            var body = new
            {
                startingVersion = 0,
                includeHistoricalProtocol = headers.Length > 0,
                maxFiles = size,
                pageToken = token,
            };
            var page = (await QueryAsync(tablePath, body, headers)).ShouldBe(HttpStatusCode.OK);
            lines.AddRange(page.Lines.Skip(2).SkipLast(1));
            token = page.Lines[^1].Body.TryGetProperty("nextPageToken", out var next) ? next.GetString() : null;
        } while (token is not null);
        return lines;
    }

    private static string LineOf((string Kind, System.Text.Json.JsonElement Body) line) =>
        $"{line.Kind} {line.Body.GetProperty("version").GetInt64()} {(line.Body.TryGetProperty("id", out var id) ? id.GetString() : "")}";
}
