using System.Net;
using Tideway.ShareRegistry.Tests.Hosts;
using Tideway.ShareRegistry.Tests.TableQuery;
using Tideway.Testing;

namespace Tideway.ShareRegistry.Tests.Contract;

/// <summary>Queries with a starting version, in both formats.</summary>
public sealed class ChangedFilesFormatTests : TableTest
{
    private static readonly (string, string) Delta = ("delta-sharing-capabilities", "responseformat=delta;readerfeatures=deletionvectors,columnmapping");

    private string path = null!;

    // 0 creates, 1 appends, 2 allows deletion vectors, 3 deletes rows of a file, 4 removes a file without saying its size.
    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        const string Vector = ""","deletionVector":{"storageType":"u","pathOrInlineDv":"ab^-aqEH.-t@S}K{vb[*k^","offset":4,"sizeInBytes":40,"cardinality":6}""";
        var table = NewTable("orders");
        table.Commit(table.Add("part-1.parquet", 10));
        table.Commit(
            LakeTable.ProtocolLine(3, 7, ""","readerFeatures":["deletionVectors"],"writerFeatures":["deletionVectors"]"""),
            LakeTable.MetadataLine(("delta.enableDeletionVectors", "true"))
        );
        table.Commit(LakeTable.RemoveLine("part-1.parquet", 22), LakeTable.AddLine("part-1.parquet", 22, 10, Vector));
        table.Commit("""{"remove":{"path":"part-0.parquet","deletionTimestamp":1,"dataChange":true}}""");
        path = await ShareAsync("orders", table);
    }

    [Fact]
    [ProtocolRule(
        "Read Data from a Table",
        "A query with a starting version gives the files that were added and removed, and the metadata that later versions set"
    )]
    [ProtocolRule(
        "API Response Actions in Delta Format",
        "In the delta format every file of a commit has its version and timestamp, and a remove its size",
        Served = "looked up where the log leaves it out"
    )]
    [ProtocolRule("Read Data from a Table", "includeHistoricalProtocol is ignored unless it is asked for")]
    public async Task Changed_files_are_told_in_the_delta_format()
    {
        var answer = (await QueryAsync(path, new { startingVersion = 0 }, Delta)).ShouldBe(HttpStatusCode.OK);

        answer.Header("Delta-Table-Version").ShouldBe("0");
        answer.Lines.Select(line => line.Kind).ShouldBe(["protocol", "metaData", "file", "file", "metaData", "file", "file", "file"]);
        answer.Lines[0].Body.TryGetProperty("version", out _).ShouldBeFalse();
        answer.Lines[0].Body.GetProperty("deltaProtocol").GetProperty("minReaderVersion").GetInt32().ShouldBe(1);
        answer.Lines[4].Body.GetProperty("version").GetInt64().ShouldBe(2);
        answer.Files().Select(file => file.GetProperty("version").GetInt64()).ShouldBe([0, 1, 3, 3, 4]);
        answer.Files().ShouldAllBe(file => file.GetProperty("timestamp").GetInt64() > 0);
        answer
            .Files()[2]
            .GetProperty("deltaSingleAction")
            .GetProperty("add")
            .GetProperty("deletionVector")
            .GetProperty("storageType")
            .GetString()
            .ShouldBe("p");
        answer.Files()[2].GetProperty("deletionVectorFileId").GetString().ShouldNotBeNullOrEmpty();
        answer.Files()[2].GetProperty("id").GetString().ShouldBe(answer.Files()[3].GetProperty("id").GetString());
        var removed = answer.Files()[4].GetProperty("deltaSingleAction").GetProperty("remove");
        removed.GetProperty("size").GetInt64().ShouldBe("part-0.parquet with 10 rows".Length);
        removed.GetProperty("path").GetString()!.ShouldContain("/part-0.parquet?");
    }

    [Fact]
    [ProtocolRule(
        "Read Data from a Table",
        "includeHistoricalProtocol stamps the first protocol with its version and tells the protocols that later versions set, in the delta format"
    )]
    public async Task The_history_of_the_protocol_comes_where_it_was_asked_for()
    {
        var answer = (await QueryAsync(path, new { startingVersion = 1, includeHistoricalProtocol = true }, Delta)).ShouldBe(HttpStatusCode.OK);
        var after = (await QueryAsync(path, new { startingVersion = 2, includeHistoricalProtocol = true }, Delta)).ShouldBe(HttpStatusCode.OK);

        var protocols = answer.Lines.Where(line => line.Kind == "protocol").Select(line => line.Body).ToList();
        protocols.Select(line => line.GetProperty("version").GetInt64()).ShouldBe([1, 2]);
        protocols[1].GetProperty("deltaProtocol").GetProperty("readerFeatures")[0].GetString().ShouldBe("deletionVectors");
        after.Lines.Where(line => line.Kind == "protocol").ShouldHaveSingleItem().Body.GetProperty("version").GetInt64().ShouldBe(2);
    }

    [Fact]
    [ProtocolRule("Read Data from a Table", "In the parquet format includeHistoricalProtocol is ignored")]
    public async Task The_parquet_format_has_no_history_of_the_protocol()
    {
        var answer = (
            await QueryAsync(
                path,
                new
                {
                    startingVersion = 0,
                    endingVersion = 1,
                    includeHistoricalProtocol = true,
                }
            )
        ).ShouldBe(HttpStatusCode.OK);

        answer.Lines[0].Body.GetRawText().ShouldBe("""{"minReaderVersion":1}""");
        answer.Lines.Select(line => line.Kind).ShouldBe(["protocol", "metaData", "add", "add"]);
    }

    [Fact]
    [ProtocolRule(
        "Delta Sharing Capabilities Header",
        "A client that takes both formats gets delta where the table has advanced features now or had them then"
    )]
    public async Task A_client_that_takes_both_gets_the_one_that_can_tell_all()
    {
        var both = ("delta-sharing-capabilities", "responseformat=parquet,delta;readerfeatures=deletionvectors");

        (await QueryAsync(path, new { startingVersion = 0 }, both))
            .ShouldBe(HttpStatusCode.OK)
            .Header("delta-sharing-capabilities")
            .ShouldBe("responseformat=delta");
        (await QueryAsync(path, new { startingVersion = 0 })).ShouldBe(HttpStatusCode.BadRequest).Message.ShouldContain("version 3");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [ProtocolRule(
        "Delta Sharing Capabilities Header",
        "A client that does not name a feature that the table had in the versions asked for is refused, though the table has it no more"
    )]
    public async Task A_feature_that_the_table_had_in_between_must_be_known(int startingVersion)
    {
        var table = new LakeTable(Path.Combine(Process.Lake, "dropped"));
        if (startingVersion == 1)
            table.Commit(LakeTable.ProtocolLine(), LakeTable.MetadataLine());
        table.Commit([
            LakeTable.ProtocolLine(3, 7, ""","readerFeatures":["deletionVectors"],"writerFeatures":["deletionVectors"]"""),
            .. startingVersion == 0 ? [LakeTable.MetadataLine()] : Array.Empty<string>(),
            table.Add("part-1.parquet", 10),
        ]);
        table.Commit(LakeTable.ProtocolLine(), table.Add("part-2.parquet", 10));
        var dropped = await ShareAsync("dropped", table);
        const string Unknowing = "responseformat=delta;readerfeatures=columnmapping";

        var refused = await QueryAsync(dropped, new { startingVersion = 0 }, ("delta-sharing-capabilities", Unknowing));

        refused.ShouldBe(HttpStatusCode.BadRequest).Message.ShouldContain("needs the reader features deletionVectors");
        (await QueryAsync(dropped, new { startingVersion = startingVersion + 1 }, ("delta-sharing-capabilities", Unknowing))).ShouldBe(HttpStatusCode.OK);
        (await QueryAsync(dropped, new { startingVersion = 0 }, Delta)).ShouldBe(HttpStatusCode.OK).Files().Count.ShouldBe(2);
    }

    [Fact]
    [ProtocolRule("Pages and refresh tokens", "All pages of changed files have the format of the first, whatever the table has become since")]
    public async Task Pages_keep_the_format_of_the_first()
    {
        var table = NewTable("growing");
        table.Commit(table.Add("part-1.parquet", 10));
        var growing = await ShareAsync("growing", table);
        var both = ("delta-sharing-capabilities", "responseformat=parquet,delta;readerfeatures=deletionvectors");

        var first = (await QueryAsync(growing, new { startingVersion = 0, maxFiles = 1 }, both)).ShouldBe(HttpStatusCode.OK);
        table.Commit(LakeTable.ProtocolLine(3, 7, ""","readerFeatures":["deletionVectors"],"writerFeatures":["deletionVectors"]"""));
        var pageToken = first.Lines[^1].Body.GetProperty("nextPageToken").GetString();
        var second = (
            await QueryAsync(
                growing,
                new
                {
                    startingVersion = 0,
                    maxFiles = 1,
                    pageToken,
                },
                both
            )
        ).ShouldBe(HttpStatusCode.OK);

        first.Header("delta-sharing-capabilities").ShouldBe("responseformat=parquet");
        second.Header("delta-sharing-capabilities").ShouldBe("responseformat=parquet");
        second.Lines.Take(2).Select(line => line.Body.GetRawText()).ShouldBe(first.Lines.Take(2).Select(line => line.Body.GetRawText()));
    }

    [Fact]
    [ProtocolRule("Pages and refresh tokens", "Pages of changed files go on where they ended, in the delta format too")]
    public async Task Pages_hold_every_changed_file_once()
    {
        var whole = (await QueryAsync(path, new { startingVersion = 0, includeHistoricalProtocol = true }, Delta)).ShouldBe(HttpStatusCode.OK);
        var (lines, token) = (new List<string>(), (string?)null);
        do
        {
            var page = await QueryAsync(
                path,
                new
                {
                    startingVersion = 0,
                    includeHistoricalProtocol = true,
                    maxFiles = 2,
                    pageToken = token,
                },
                Delta
            );
            page.ShouldBe(HttpStatusCode.OK)
                .Lines.Take(2)
                .Select(line => line.Body.GetRawText())
                .ShouldBe(whole.Lines.Take(2).Select(line => line.Body.GetRawText()));
            lines.AddRange(page.Lines.Skip(2).SkipLast(1).Select(line => line.Kind));
            token = page.Lines[^1].Body.TryGetProperty("nextPageToken", out var next) ? next.GetString() : null;
        } while (token is not null);

        lines.ShouldBe(whole.Lines.Skip(2).Select(line => line.Kind));
    }
}
