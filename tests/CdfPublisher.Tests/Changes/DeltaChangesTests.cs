using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tideway.CdfPublisher.Tests.Support;
using Tideway.DeltaLog;
using Tideway.ObjectStorage.Local;
using Tideway.Testing;

namespace Tideway.CdfPublisher.Tests.Changes;

/// <summary>Row changes in the delta format.</summary>
public sealed class DeltaChangesTests : ChangesScene
{
    private const string DeltaOnly = "responseformat=delta;readerfeatures=deletionvectors,columnmapping";

    [Fact]
    [ProtocolRule(
        "Read Change Data Feed from a Table",
        "Row changes are told in the delta format to who asks for it, by change files where there are any and else by files"
    )]
    [ProtocolRule("Python client", "Each file has its version and timestamp, each later metadata its version")]
    public async Task Changes_are_actions_of_the_log_with_signed_addresses()
    {
        var answer = await GetDeltaAsync("orders", "startingVersion=1&includeHistoricalMetadata=True");

        HeaderOf(answer, "delta-sharing-capabilities").ShouldBe("responseformat=delta");
        HeaderOf(answer, "Delta-Table-Version").ShouldBe("1");
        var lines = await LinesOf(answer);
        lines.Select(KindOf).ShouldBe(["protocol", "metaData", "file:1", "file:2", "metaData", "file:4", "file:5"]);
        lines[0].GetProperty("protocol").GetRawText().ShouldBe("""{"deltaProtocol":{"minReaderVersion":1,"minWriterVersion":4}}""");
        (lines[1].GetProperty("metaData").GetProperty("version").GetInt64(), lines[4].GetProperty("metaData").GetProperty("version").GetInt64()).ShouldBe(
            (1, 4)
        );
        lines[1]
            .GetProperty("metaData")
            .GetProperty("deltaMetadata")
            .GetProperty("configuration")
            .GetRawText()
            .ShouldBe("""{"delta.enableChangeDataFeed":"true"}""");
        var files = lines.Where(line => line.TryGetProperty("file", out _)).Select(line => line.GetProperty("file")).ToList();
        files.ShouldAllBe(file => file.GetProperty("timestamp").GetInt64() >= Start.AddHours(1).ToUnixTimeMilliseconds());
        files.Select(file => file.GetProperty("deltaSingleAction").EnumerateObject().Single().Name).ShouldBe(["add", "cdc", "add", "remove"]);
        files[1].GetProperty("deltaSingleAction").GetProperty("cdc").GetProperty("path").GetString()!.ShouldContain("/_change_data/cdc-2.parquet?");
        files[3].GetProperty("deltaSingleAction").GetProperty("remove").GetProperty("size").GetInt64().ShouldBe(100);
        files[0].GetProperty("id").GetString()!.Length.ShouldBe(64);
    }

    [Fact]
    [ProtocolRule(
        "Delta Sharing Capabilities Header",
        "A client that does not name a feature that the table had within the range of changes is refused, though it has it at neither end"
    )]
    public async Task A_feature_that_the_table_had_in_between_must_be_known_and_stays_the_format_of_all_pages()
    {
        const string WithVectors =
            """{"protocol":{"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":["deletionVectors"],"writerFeatures":["deletionVectors","changeDataFeed"]}}""";
        var table = new DeltaFolder(storage.Path, "between").Create().Commit(1, WithVectors, DeltaFolder.Add("a.parquet"));
        table.Commit(2, DeltaFolder.Protocol, DeltaFolder.Add("b.parquet")).Append(3);
        await share.UpdateAsync(host, 3, null, ShareEvents.TableAt(table.Location, "between"));

        var refused = await GetAsync("between", "startingVersion=0", "responseformat=delta;readerfeatures=columnmapping");
        var both = "responseformat=parquet,delta;readerfeatures=deletionvectors";
        var first = await GetAsync("between", "startingVersion=0&maxFiles=3", both);
        var token = (await LinesOf(first))[^1].GetProperty("endStreamAction").GetProperty("nextPageToken").GetString();
        var second = await GetAsync("between", "startingVersion=0&maxFiles=3&pageToken=" + token, both);

        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await JsonOf(refused)).GetProperty("message").GetString()!.ShouldContain("needs the reader features deletionVectors");
        HeaderOf(first, "delta-sharing-capabilities").ShouldBe("responseformat=delta");
        HeaderOf(second, "delta-sharing-capabilities").ShouldBe("responseformat=delta");
        (await LinesOf(second)).Take(2).Select(line => line.GetRawText()).ShouldBe((await LinesOf(first)).Take(2).Select(line => line.GetRawText()));
    }

    [Fact]
    [ProtocolRule(
        "Read Change Data Feed from a Table",
        "Changes of tables with deletion vectors are told in the delta format",
        Served = "with the vectors before and after; clients find the rows between them"
    )]
    public async Task Deletion_vectors_go_with_the_changes()
    {
        var lines = await LinesOf(await GetDeltaAsync("deleted", "startingVersion=1"));

        var file = lines[2].GetProperty("file");
        var vector = file.GetProperty("deltaSingleAction").GetProperty("add").GetProperty("deletionVector");
        vector.GetProperty("storageType").GetString().ShouldBe("p");
        vector.GetProperty("pathOrInlineDv").GetString()!.ShouldStartWith("https://share.example.org/files/main/deleted/ab/deletion_vector_");
        (vector.GetProperty("offset").GetInt32(), vector.GetProperty("sizeInBytes").GetInt32(), vector.GetProperty("cardinality").GetInt64()).ShouldBe(
            (4, 40, 6)
        );
        file.GetProperty("deletionVectorFileId").GetString()!.Length.ShouldBe(64);
    }

    [Theory]
    [ProtocolRule(
        "Read Change Data Feed from a Table",
        "A table that the parquet format cannot express is refused to who takes nothing else, and answered in the delta format"
    )]
    [InlineData("mapped")]
    [InlineData("deleted")]
    public async Task What_parquet_cannot_express_delta_can(string table)
    {
        (await GetAsync(table, "startingVersion=0")).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await GetDeltaAsync(table, "startingVersion=0")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    [ProtocolRule(
        "Read Change Data Feed from a Table",
        "includeHistoricalProtocol stamps the first protocol with its version and tells the protocols of later versions, in the delta format only"
    )]
    [ProtocolRule(
        "Delta Sharing Capabilities Header",
        "A reader feature that the client does not name is a refusal that names it, also where only a later version needs it"
    )]
    public async Task The_history_of_the_protocol_comes_where_it_was_asked_for()
    {
        var table = new DeltaFolder(storage.Path, "upgraded")
            .Create()
            .Commit(
                1,
                """{"protocol":{"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":["deletionVectors"],"writerFeatures":["deletionVectors","changeDataFeed"]}}"""
            )
            .Append(2);
        await share.UpdateAsync(host, 3, null, ShareEvents.TableAt(table.Location, "upgraded"));

        var with = await LinesOf(await GetDeltaAsync("upgraded", "startingVersion=0&includeHistoricalProtocol=true"));
        var without = await LinesOf(await GetDeltaAsync("upgraded", "startingVersion=0"));
        var refused = await GetAsync("upgraded", "startingVersion=0", "responseformat=delta");
        var plain = await GetAsync("upgraded", "startingVersion=0", "responseformat=delta,parquet");

        with.Where(line => line.TryGetProperty("protocol", out _))
            .Select(line => line.GetProperty("protocol").GetProperty("version").GetInt64())
            .ShouldBe([0, 1]);
        without.Count(line => line.TryGetProperty("protocol", out _)).ShouldBe(1);
        without[0].GetProperty("protocol").GetProperty("deltaProtocol").GetProperty("minReaderVersion").GetInt32().ShouldBe(3, "that of the latest version");
        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await JsonOf(refused)).GetProperty("message").GetString()!.ShouldContain("deletionVectors");
        // No file has a vector, so that the other format can tell all that happened.
        plain.Headers.GetValues("delta-sharing-capabilities").ShouldBe(["responseformat=parquet"]);
        (await LinesOf(plain)).Count(line => line.TryGetProperty("add", out _)).ShouldBe(without.Count(line => line.TryGetProperty("file", out _)));
    }

    [Theory]
    [ProtocolRule(
        "Read Change Data Feed from a Table",
        "The changes of a table of another engine, with change files and deletion vectors, are those of its log"
    )]
    [InlineData("cdf-table-with-cdc-and-dvs")]
    [InlineData("cdf-table")]
    [InlineData("cdc_ict_table")]
    public async Task A_table_of_another_engine_is_told_action_by_action(string name)
    {
        var folder = Path.Combine(storage.Path, "real");
        CopyTable(name, folder);
        var table = new DeltaTable(new LocalObjectStore(folder), TimeProvider.System);
        await share.UpdateAsync(host, 3, null, ShareEvents.TableAt(new Uri(folder).AbsoluteUri, "real"));
        var first = 0L;
        while (!(await table.LoadDescriptionAsync(first)).Metadata.IsEnabled("delta.enableChangeDataFeed"))
            first++;

        var lines = await LinesOf(await GetDeltaAsync("real", $"startingVersion={first}"));

        var told = lines
            .Skip(2)
            .Select(line => line.GetProperty("file"))
            .Select(file => $"{file.GetProperty("version")} {Shape(file.GetProperty("deltaSingleAction"))}")
            .ToList();
        var expected = new List<string>();
        await foreach (var version in table.ReadChangeDataFeedAsync(first))
            expected.AddRange(version.ChangeFiles().Select(action => $"{version.Version} {Shape(LogLine(folder, version.Version, action))}"));
        told.ShouldNotBeEmpty();
        told.Order(StringComparer.Ordinal).ShouldBe(expected.Order(StringComparer.Ordinal));
    }

    private static JsonElement LogLine(string folder, long version, Tideway.DeltaLog.Actions.DeltaAction action)
    {
        var (kind, path, vector) = action switch
        {
            Tideway.DeltaLog.Actions.AddFile add => ("add", add.Path, add.DeletionVector?.PathOrInlineDv),
            Tideway.DeltaLog.Actions.RemoveFile remove => ("remove", remove.Path, remove.DeletionVector?.PathOrInlineDv),
            Tideway.DeltaLog.Actions.AddCdcFile cdc => ("cdc", cdc.Path, null),
            _ => throw new InvalidOperationException("Not a file."),
        };
        return File.ReadLines(Path.Combine(folder, "_delta_log", $"{version:D20}.json"))
            .Select(line => JsonDocument.Parse(line).RootElement)
            .First(line =>
                line.TryGetProperty(kind, out var body)
                && body.GetProperty("path").GetString() == path
                && (body.TryGetProperty("deletionVector", out var found) ? found.GetProperty("pathOrInlineDv").GetString() : null) == vector
            );
    }

    // All of an action but where its files are, members in the order of their names.
    private static string Shape(JsonElement action)
    {
        var member = action.EnumerateObject().Single();
        var body = JsonNode.Parse(member.Value.GetRawText())!.AsObject();
        foreach (var name in new[] { "path", "extendedFileMetadata", "clusteringProvider" })
            body.Remove(name);
        if (body["tags"] is null)
            body.Remove("tags");
        if (body["deletionVector"] is JsonObject vector)
        {
            vector.Remove("pathOrInlineDv");
            vector.Remove("storageType");
            body["deletionVector"] = string.Join(',', vector.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value}"));
        }

        return member.Name
            + " "
            + string.Join(';', body.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value?.ToJsonString()}"));
    }

    private static void CopyTable(string name, string target)
    {
        var source = Path.Combine(Path.GetDirectoryName(SourceFile())!, "../../TestTables/delta-rs", name, "delta");
        foreach (var file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(target, Path.GetRelativePath(source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }

    private Task<HttpResponseMessage> GetDeltaAsync(string table, string query) => GetAsync(table, query, DeltaOnly);

    private async Task<HttpResponseMessage> GetAsync(string table, string query, string capabilities)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, PathOf(table, query));
        request.Headers.Add("delta-sharing-capabilities", capabilities);
        return await client.SendAsync(request);
    }

    private static string SourceFile([CallerFilePath] string path = "") => path;
}
