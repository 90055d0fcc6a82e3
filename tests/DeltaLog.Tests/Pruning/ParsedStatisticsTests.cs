using Tideway.DeltaLog.Pruning;
using Tideway.DuckDb;

namespace Tideway.DeltaLog.Tests.Pruning;

/// <summary>Checkpoints whose statistics are there only as columns, as engines write them with <c>delta.checkpoint.writeStatsAsJson</c> off.</summary>
public sealed class ParsedStatisticsTests : IDisposable
{
    private const string Metadata =
        """{"metaData":{"id":"t1","format":{"provider":"parquet","options":{}},"schemaString":"{\"type\":\"struct\",\"fields\":[{\"name\":\"id\",\"type\":\"long\",\"nullable\":true,\"metadata\":{}},{\"name\":\"name\",\"type\":\"string\",\"nullable\":true,\"metadata\":{}},{\"name\":\"at\",\"type\":\"timestamp\",\"nullable\":true,\"metadata\":{}},{\"name\":\"day\",\"type\":\"date\",\"nullable\":true,\"metadata\":{}},{\"name\":\"price\",\"type\":\"decimal(10,2)\",\"nullable\":true,\"metadata\":{}},{\"name\":\"s\",\"type\":{\"type\":\"struct\",\"fields\":[{\"name\":\"x\",\"type\":\"double\",\"nullable\":true,\"metadata\":{}}]},\"nullable\":true,\"metadata\":{}},{\"name\":\"p\",\"type\":\"string\",\"nullable\":true,\"metadata\":{}}]}","partitionColumns":["p"],"configuration":{},"createdTime":1}}""";

    private readonly TableFolder folder = new();

    public ParsedStatisticsTests()
    {
        folder.Commit(0, TableFolder.Protocol, Metadata);
        using var database = DuckDbDatabase.Open();
        using var connection = database.Connect();
        // File i holds ids from 100 i to 100 i + 99, names of its letter, a day of its own; the last one has no statistics.
        connection.Execute(
            $$"""
            COPY (
                SELECT NULL::STRUCT(minReaderVersion INTEGER, minWriterVersion INTEGER) AS protocol,
                    NULL::STRUCT(id VARCHAR, "format" STRUCT(provider VARCHAR, options MAP(VARCHAR, VARCHAR)), schemaString VARCHAR, partitionColumns VARCHAR[], configuration MAP(VARCHAR, VARCHAR), createdTime BIGINT) AS "metaData",
                    struct_pack(path := 'f' || i, "partitionValues" := MAP {'p': chr(97 + (i % 2)::INTEGER)}, size := 10::BIGINT, "modificationTime" := 1::BIGINT, "dataChange" := false,
                        "partitionValues_parsed" := struct_pack(p := chr(97 + (i % 2)::INTEGER)),
                        stats_parsed := CASE WHEN i < 9 THEN struct_pack(
                            "numRecords" := 100::BIGINT,
                            "minValues" := struct_pack(id := i * 100, name := chr(97 + i::INTEGER) || '-"a', "at" := TIMESTAMPTZ '2024-01-01 00:00:00+00' + to_days(i::INTEGER), "day" := DATE '2024-01-01' + i::INTEGER, price := CAST(i + 0.25 AS DECIMAL(10, 2)), s := struct_pack(x := i::DOUBLE)),
                            "maxValues" := struct_pack(id := i * 100 + 99, name := chr(97 + i::INTEGER) || '-z', "at" := TIMESTAMPTZ '2024-01-01 23:59:59.999+00' + to_days(i::INTEGER), "day" := DATE '2024-01-01' + i::INTEGER, price := CAST(i + 0.75 AS DECIMAL(10, 2)), s := struct_pack(x := i + 0.5::DOUBLE)),
                            "nullCount" := struct_pack(id := 0::BIGINT, name := CASE WHEN i = 4 THEN 100 ELSE 0 END::BIGINT, "at" := 0::BIGINT, "day" := 0::BIGINT, price := 0::BIGINT, s := struct_pack(x := 0::BIGINT))) END) AS "add"
                FROM range(10) t(i)
                UNION ALL BY NAME SELECT struct_pack("minReaderVersion" := 1, "minWriterVersion" := 2) AS protocol
                UNION ALL BY NAME SELECT struct_pack(id := 't1', "format" := struct_pack(provider := 'parquet', options := MAP {}::MAP(VARCHAR, VARCHAR)), "schemaString" := {{SqlText.Literal(
                Schema()
            )}}, "partitionColumns" := ['p'], configuration := MAP {}::MAP(VARCHAR, VARCHAR), "createdTime" := 1::BIGINT) AS "metaData"
            ) TO {{SqlText.Literal(folder.LogFile("00000000000000000001.checkpoint.parquet"))}} (FORMAT parquet)
            """
        );
        folder.Commit(1, TableFolder.Add("f0"));
    }

    [Theory]
    [InlineData("id = 450", "f4 f9")]
    [InlineData("id >= 850", "f8 f9")]
    [InlineData("id < 0", "f9")]
    [InlineData("name = 'c-m'", "f2 f9")]
    [InlineData("name LIKE 'd%'", "f3 f9")]
    [InlineData("name IS NULL", "f4 f9")]
    [InlineData("at = TIMESTAMP '2024-01-03 12:00:00'", "f2 f9")]
    [InlineData("day > DATE '2024-01-07'", "f7 f8 f9")]
    [InlineData("price = 3.5", "f3 f9")]
    [InlineData("price > 8.75", "f9")]
    [InlineData("s.x <= 1.2", "f0 f1 f9")]
    [InlineData("p = 'b' AND id > 600", "f7 f9")]
    [InlineData("NOT (id > 99)", "f0 f9")]
    public async Task They_decide_whether_a_file_can_match(string sql, string files)
    {
        var snapshot = await folder.Table.LoadAsync();

        var predicate = SqlPredicate.TryParse(sql).ShouldNotBeNull();
        snapshot.FilesMatching(predicate).Select(file => file.Path).ShouldBe(files.Split(' '));
        snapshot.CountFilesMatching(predicate).ShouldBe(files.Split(' ').Length);
    }

    [Fact]
    public async Task They_tell_how_many_rows_there_are()
    {
        var snapshot = await folder.Table.LoadAsync();

        snapshot.FileCount.ShouldBe(10);
        snapshot.NumRecords.ShouldBeNull();
        snapshot.Files.Sum(file => file.LogicalRecords() ?? 0).ShouldBe(900);
    }

    public void Dispose() => folder.Dispose();

    private static string Schema()
    {
        using var action = System.Text.Json.JsonDocument.Parse(Metadata);
        return action.RootElement.GetProperty("metaData").GetProperty("schemaString").GetString()!;
    }
}
