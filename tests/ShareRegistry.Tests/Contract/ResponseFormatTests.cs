using System.Net;
using System.Text.Json;
using Tideway.ShareRegistry.Tests.Hosts;
using Tideway.ShareRegistry.Tests.TableQuery;
using Tideway.Testing;

namespace Tideway.ShareRegistry.Tests.Contract;

/// <summary>The two response formats, and how client and server agree on one.</summary>
public sealed class ResponseFormatTests : TableTest
{
    private const string Capabilities = "delta-sharing-capabilities";
    private const string Both = "responseformat=delta,parquet;readerfeatures=deletionvectors,columnmapping,timestampntz";
    private const string DeltaOnly = "responseformat=delta;readerfeatures=DeletionVectors,ColumnMapping,timestampNtz,typeWidening";

    [Theory]
    [ProtocolRule("Delta Sharing Capabilities Header", "Without a capabilities header the answer is in the parquet format")]
    [ProtocolRule("Delta Sharing Capabilities Header", "Where a client names one response format, that one is used")]
    [ProtocolRule(
        "Delta Sharing Capabilities Header",
        "Where it names both, parquet may be used for a table without advanced features and delta must be for one with them",
        Served = "parquet without, delta with any feature that readers of the files must know"
    )]
    [ProtocolRule("Python client", "The echoed capabilities hold the word delta only where the answer is in the delta format")]
    [InlineData("plain", null, "parquet")]
    [InlineData("plain", Both, "parquet")]
    [InlineData("plain", "responseFormat=Parquet,Delta", "parquet")]
    [InlineData("plain", DeltaOnly, "delta")]
    [InlineData("plain", "responseformat=DELTA", "delta")]
    [InlineData("vectors", Both, "delta")]
    [InlineData("vectors", DeltaOnly, "delta")]
    [InlineData("mapped", Both, "delta")]
    public async Task Client_and_table_decide_the_format_and_it_is_echoed(string table, string? header, string expected)
    {
        var path = await ShareAsync(table, Table(table));
        (string, string)[] headers = header is null ? [] : [(Capabilities, header)];

        foreach (var answer in new[] { await GetAsync(path + "/metadata", headers), await QueryAsync(path, "{}", headers) })
        {
            answer.ShouldBe(HttpStatusCode.OK).Header(Capabilities).ShouldBe("responseformat=" + expected);
            answer.Lines[0].Body.TryGetProperty("deltaProtocol", out _).ShouldBe(expected == "delta");
            answer.Lines[1].Body.TryGetProperty("deltaMetadata", out _).ShouldBe(expected == "delta");
            answer.Files().Select(file => file.TryGetProperty("deltaSingleAction", out _)).ShouldAllBe(isAction => isAction == (expected == "delta"));
        }
    }

    [Theory]
    [ProtocolRule(
        "Delta Sharing Capabilities Header",
        "Reader features of the table that the client does not name, in any case, are a refusal that names them"
    )]
    [InlineData("vectors", "responseformat=delta", "deletionVectors")]
    [InlineData("vectors", "responseformat=delta,parquet;readerfeatures=columnmapping", "deletionVectors")]
    [InlineData("mapped", "responseformat=delta;readerfeatures=deletionvectors", "columnMapping")]
    public async Task A_client_that_does_not_know_a_feature_is_told_which(string table, string header, string feature)
    {
        var path = await ShareAsync(table, Table(table));

        foreach (var answer in new[] { await GetAsync(path + "/metadata", (Capabilities, header)), await QueryAsync(path, "{}", (Capabilities, header)) })
        {
            answer.ShouldBe(HttpStatusCode.BadRequest).ProtocolCode.ShouldBe("UNSUPPORTED_OPERATION");
            answer.Message.ShouldContain("Unsupported Delta Table Properties");
            answer.Message.ShouldContain(feature);
        }
    }

    [Fact]
    [ProtocolRule("Delta Sharing Capabilities Header", "Features that matter only to writers, or to readers of the log, turn nobody away and are not sent")]
    public async Task Features_for_writers_and_for_the_log_are_left_out()
    {
        var table = new LakeTable(Path.Combine(Process.Lake, "checkpoints"));
        table.Commit(
            LakeTable.ProtocolLine(
                3,
                7,
                ""","readerFeatures":["v2Checkpoint","vacuumProtocolCheck"],"writerFeatures":["v2Checkpoint","vacuumProtocolCheck","domainMetadata","changeDataFeed"]"""
            ),
            LakeTable.MetadataLine(("delta.enableChangeDataFeed", "true"), ("delta.checkpointPolicy", "v2"), ("owner.note", "private")),
            table.Add("part-0.parquet", 1)
        );
        var path = await ShareAsync("checkpoints", table);

        var answer = (await QueryAsync(path, "{}", (Capabilities, "responseformat=delta"))).ShouldBe(HttpStatusCode.OK);

        answer.Lines[0].Body.GetRawText().ShouldBe("""{"deltaProtocol":{"minReaderVersion":1,"minWriterVersion":7,"writerFeatures":["changeDataFeed"]}}""");
        answer.Lines[1].Body.GetProperty("deltaMetadata").GetProperty("configuration").GetRawText().ShouldBe("""{"delta.enableChangeDataFeed":"true"}""");
    }

    [Fact]
    [ProtocolRule("API Response Actions in Delta Format", "In the delta format a file is an action of the log whose path is a signed address")]
    [ProtocolRule("API Response Actions in Delta Format", "Protocol and metadata are as a Delta log has them, with the size of the table where it is known")]
    [ProtocolRule("Spark client", "Version and timestamp are on every file of a version that was asked for")]
    public async Task A_line_of_the_delta_format_has_all_that_clients_need()
    {
        var table = NewTable("plain");
        var path = await ShareAsync("plain", table);

        var latest = (await QueryAsync(path, "{}", (Capabilities, DeltaOnly))).ShouldBe(HttpStatusCode.OK);
        var pinned = (await QueryAsync(path, new { version = 0 }, (Capabilities, DeltaOnly))).ShouldBe(HttpStatusCode.OK);

        latest.Lines.Select(line => line.Kind).ShouldBe(["protocol", "metaData", "file"]);
        var metadata = latest.Lines[1].Body;
        metadata.GetProperty("numFiles").GetInt64().ShouldBe(1);
        var inner = metadata.GetProperty("deltaMetadata");
        inner.GetProperty("format").GetRawText().ShouldBe("""{"provider":"parquet","options":{}}""");
        inner.GetProperty("schemaString").GetString().ShouldBe(LakeTable.Schema);
        inner.GetProperty("partitionColumns").GetArrayLength().ShouldBe(0);
        inner.GetProperty("createdTime").GetInt64().ShouldBe(1);
        var file = latest.Files()[0];
        file.GetProperty("id").GetString()!.Length.ShouldBe(64);
        file.TryGetProperty("version", out _).ShouldBeFalse();
        file.GetProperty("expirationTimestamp").GetInt64().ShouldBeGreaterThan(Process.Time.GetUtcNow().AddMinutes(55).ToUnixTimeMilliseconds());
        var add = file.GetProperty("deltaSingleAction").GetProperty("add");
        (await Process.Stranger.GetStringAsync(new Uri(add.GetProperty("path").GetString()!).PathAndQuery)).ShouldBe("part-0.parquet with 10 rows");
        add.GetProperty("size").GetInt64().ShouldBe(new FileInfo(Path.Combine(table.Folder, "part-0.parquet")).Length);
        add.GetProperty("stats").GetString().ShouldBe("""{"numRecords":10 }""");
        (add.GetProperty("modificationTime").GetInt64(), add.GetProperty("dataChange").GetBoolean()).ShouldBe((1, true));
        add.GetProperty("partitionValues").GetRawText().ShouldBe("{}");
        (pinned.Files()[0].GetProperty("version").GetInt64(), pinned.Lines[1].Body.GetProperty("version").GetInt64()).ShouldBe((0, 0));
        pinned.Files()[0].GetProperty("timestamp").GetInt64().ShouldBeGreaterThan(0);
    }

    [Fact]
    [ProtocolRule(
        "API Response Actions in Delta Format",
        "A deletion vector has the storage type p, a signed address, and its offset, size and cardinality as they were"
    )]
    [ProtocolRule(
        "API Response Actions in Delta Format",
        "Every deletion vector in a file has a deletionVectorFileId",
        Served = "always; the same for all vectors of one file"
    )]
    [ProtocolRule("API Response Actions in Delta Format", "A deletion vector that lies in the log itself stays there")]
    public async Task Deletion_vectors_are_told_as_clients_take_them()
    {
        var path = await ShareAsync("vectors", Table("vectors"));

        var answer = (await QueryAsync(path, "{}", (Capabilities, DeltaOnly))).ShouldBe(HttpStatusCode.OK);

        var vectors = answer.Files().Select(file => (File: file, Vector: VectorOf(file))).Where(pair => pair.Vector is not null).ToList();
        var (inFile, inline) = (vectors.Where(pair => TypeOf(pair.Vector) == "p").ToList(), vectors.Single(pair => TypeOf(pair.Vector) == "i"));
        inFile.Count.ShouldBe(2);
        inFile.Select(pair => pair.File.GetProperty("deletionVectorFileId").GetString()).Distinct().ShouldHaveSingleItem()!.Length.ShouldBe(64);
        inFile.Select(pair => pair.Vector!.Value.GetProperty("pathOrInlineDv").GetString()).Distinct().Count().ShouldBe(1, "one file, signed once");
        inFile[0].Vector!.Value.GetProperty("pathOrInlineDv").GetString()!.ShouldContain("/deletion_vector_");
        inFile.Select(pair => pair.Vector!.Value.GetProperty("offset").GetInt32()).Order().ShouldBe([4, 50]);
        inFile[0].Vector!.Value.GetProperty("cardinality").GetInt64().ShouldBe(6);
        inFile[0].Vector!.Value.GetProperty("sizeInBytes").GetInt64().ShouldBe(40);
        inline.Vector!.Value.GetProperty("pathOrInlineDv").GetString().ShouldBe("wi5b=000010000siXQKl0rr91000f55c8Xg0@@D72lkbi5=-{L");
        inline.File.TryGetProperty("deletionVectorFileId", out _).ShouldBeFalse();
    }

    [Theory]
    [ProtocolRule("API Response Actions in Delta Format", "The rows that a client reads by an answer in the delta format are those of the table")]
    [InlineData("dat/deletion_vectors")]
    [InlineData("dat/column_mapping")]
    [InlineData("dat/basic_partitioned")]
    [InlineData("dat/timestamp_ntz")]
    [InlineData("dat/check_constraints")]
    [InlineData("dat/iceberg_compat_v1")]
    [InlineData("dat/nested_types")]
    [InlineData("golden/dv-with-columnmapping")]
    [InlineData("golden/dv-partitioned-with-checkpoint")]
    public async Task Tables_of_other_engines_are_read_back_row_by_row(string name)
    {
        var path = await ShareAsync("real", new LakeTable(RealTables.Copy(name, Process.Lake)));
        using var read = new ReadBack(Process);

        var answer = (await QueryAsync(path, "{}", (Capabilities, DeltaOnly))).ShouldBe(HttpStatusCode.OK);

        ReadBack.ShouldBeRowsOf(await read.OfDeltaAsync(answer), name);
    }

    [Fact]
    [ProtocolRule(
        "File ID Hash Header",
        "fileidhash chooses how ids are made, in either format, and is echoed in lower case",
        Served = "parquet is MD5 and delta SHA-256 of the path in the log"
    )]
    public async Task File_ids_are_made_as_asked_in_either_format()
    {
        var path = await ShareAsync("plain", NewTable("plain"));

        var asParquet = (await QueryAsync(path, "{}", (Capabilities, DeltaOnly), ("fileidhash", "Parquet"))).ShouldBe(HttpStatusCode.OK);
        var plain = (await QueryAsync(path, "{}")).ShouldBe(HttpStatusCode.OK);

        asParquet.Header("fileidhash").ShouldBe("parquet");
        asParquet.Files()[0].GetProperty("id").GetString().ShouldBe(plain.Files()[0].GetProperty("id").GetString());
    }

    private LakeTable Table(string kind)
    {
        var table = new LakeTable(Path.Combine(Process.Lake, kind));
        return kind switch
        {
            "vectors" => table.Commit(
                LakeTable.ProtocolLine(3, 7, ""","readerFeatures":["deletionVectors"],"writerFeatures":["deletionVectors"]"""),
                LakeTable.MetadataLine(("delta.enableDeletionVectors", "true")),
                table.Add("part-0.parquet", 10, Vector("u", "ab^-aqEH.-t@S}K{vb[*k^", 4)),
                table.Add("part-1.parquet", 10, Vector("u", "ab^-aqEH.-t@S}K{vb[*k^", 50)),
                table.Add("part-2.parquet", 10, Vector("i", "wi5b=000010000siXQKl0rr91000f55c8Xg0@@D72lkbi5=-{L", null)),
                table.Add("part-3.parquet", 10)
            ),
            "mapped" => table.Commit(
                LakeTable.ProtocolLine(2, 5),
                LakeTable.MetadataLine(("delta.columnMapping.mode", "name"), ("delta.columnMapping.maxColumnId", "2")),
                table.Add("part-0.parquet", 10)
            ),
            _ => table.Commit(LakeTable.ProtocolLine(), LakeTable.MetadataLine(), table.Add("part-0.parquet", 10)),
        };
    }

    private static string Vector(string type, string path, int? offset) =>
        $$$""","deletionVector":{"storageType":"{{{type}}}","pathOrInlineDv":"{{{path}}}",{{{(offset is null ? "" : $"\"offset\":{offset},")}}}"sizeInBytes":40,"cardinality":6}""";

    private static JsonElement? VectorOf(JsonElement file) =>
        file.GetProperty("deltaSingleAction").GetProperty("add").TryGetProperty("deletionVector", out var vector) ? vector : null;

    private static string? TypeOf(JsonElement? vector) => vector?.GetProperty("storageType").GetString();
}
