using Tideway.DuckDb;

namespace Tideway.DeltaLog.Tests.Checkpoints;

public sealed class CheckpointColumnsTests : IDisposable
{
    private const string Stats =
        """{\"numRecords\":3,\"minValues\":{\"id\":1,\"at\":\"2024-01-02T03:04:05.678Z\",\"day\":\"2024-01-02\",\"s\":{\"x\":1.5},\"long\":12345678901234567890.12},\"maxValues\":{\"id\":9007199254740993,\"at\":\"2024-01-02T03:04:05.679Z\",\"s\":{\"x\":2.5}},\"nullCount\":{\"id\":0,\"s\":{\"x\":1},\"tags\":2}}""";

    private readonly TableFolder folder = new();
    private readonly DuckDbDatabase database = DuckDbDatabase.Open();

    [Fact]
    public async Task Statistics_and_partition_values_become_columns_where_the_table_wants_them()
    {
        Create("""{"delta.checkpoint.writeStatsAsStruct":"true","delta.checkpoint.writeStatsAsJson":"false"}""");

        await folder.Table.WriteCheckpointAsync(0);

        Rows("SELECT CAST(\"add\".stats_parsed AS VARCHAR), \"add\".\"partitionValues_parsed\".p, typeof(\"add\".stats_parsed.\"minValues\".at)")
            .ShouldBe([
                "{'numRecords': 3, 'minValues': {'id': 1, 'at': '2024-01-02 03:04:05.678+00', 'day': 2024-01-02, 's': {'x': 1.5}}, 'maxValues': {'id': 9007199254740993, 'at': '2024-01-02 03:04:05.679+00', 'day': NULL, 's': {'x': 2.5}}, 'nullCount': {'id': 0, 'at': NULL, 'day': NULL, 's': {'x': 1}, 'long': NULL, 'tags': 2}}|7|TIMESTAMP WITH TIME ZONE",
                "~|~|TIMESTAMP WITH TIME ZONE",
            ]);
        Columns("add").ShouldNotContain("stats");
    }

    [Fact]
    public async Task Statistics_that_an_older_checkpoint_has_only_in_columns_return_as_json()
    {
        Create("""{"delta.checkpoint.writeStatsAsStruct":"true","delta.checkpoint.writeStatsAsJson":"false"}""");
        await folder.Table.WriteCheckpointAsync(0);
        folder.Commit(1, Metadata("{}"), TableFolder.Add("c", ",\"stats\":\"{\\\"numRecords\\\":5}\""));

        await folder.Table.WriteCheckpointAsync(1);

        (await folder.Table.LoadAsync())
            .Files.Select(file => file.Stats ?? "~")
            .Order(StringComparer.Ordinal)
            .ShouldBe([
                """{"numRecords":3,"minValues":{"id":1,"at":"2024-01-02T03:04:05.678000Z","day":"2024-01-02","s":{"x":1.5}},"maxValues":{"id":9007199254740993,"at":"2024-01-02T03:04:05.679000Z","s":{"x":2.5}},"nullCount":{"id":0,"s":{"x":1},"tags":2}}""",
                """{"numRecords":5}""",
                "~",
            ]);
        Columns("add").ShouldNotContain("stats_parsed");
    }

    [Fact]
    public async Task Statistics_that_are_no_json_do_not_keep_a_checkpoint_from_being_written()
    {
        folder.Commit(
            0,
            TableFolder.Protocol,
            Metadata("""{"delta.checkpoint.writeStatsAsStruct":"true"}"""),
            TableFolder.Add("a", ",\"stats\":\"no json\""),
            TableFolder.Add("b", ",\"stats\":\"{\\\"numRecords\\\":\\\"many\\\",\\\"minValues\\\":{\\\"id\\\":\\\"x\\\"}}\"")
        );

        await folder.Table.WriteCheckpointAsync(0);

        (await folder.Table.LoadAsync()).FileCount.ShouldBe(2);
        Rows("SELECT CAST(\"add\".stats_parsed.\"minValues\".id AS VARCHAR), \"add\".stats")
            .ShouldBe(["~|no json", """~|{"numRecords":"many","minValues":{"id":"x"}}"""]);
    }

    public void Dispose()
    {
        database.Dispose();
        folder.Dispose();
    }

    private static string Metadata(string configuration) =>
        $$$"""{"metaData":{"id":"t1","format":{"provider":"parquet","options":{}},"schemaString":"{\"type\":\"struct\",\"fields\":[{\"name\":\"id\",\"type\":\"long\",\"nullable\":true,\"metadata\":{}},{\"name\":\"at\",\"type\":\"timestamp\",\"nullable\":true,\"metadata\":{}},{\"name\":\"day\",\"type\":\"date\",\"nullable\":true,\"metadata\":{}},{\"name\":\"s\",\"type\":{\"type\":\"struct\",\"fields\":[{\"name\":\"x\",\"type\":\"double\",\"nullable\":true,\"metadata\":{}}]},\"nullable\":true,\"metadata\":{}},{\"name\":\"long\",\"type\":\"decimal(38,2)\",\"nullable\":true,\"metadata\":{}},{\"name\":\"tags\",\"type\":{\"type\":\"array\",\"elementType\":\"string\",\"containsNull\":true},\"nullable\":true,\"metadata\":{}},{\"name\":\"p\",\"type\":\"integer\",\"nullable\":true,\"metadata\":{}}]}","partitionColumns":["p"],"configuration":{{{configuration}}},"createdTime":1}}""";

    private void Create(string configuration) =>
        folder.Commit(
            0,
            TableFolder.Protocol,
            Metadata(configuration),
            TableFolder.Add("a", $",\"stats\":\"{Stats}\"").Replace("\"partitionValues\":{}", "\"partitionValues\":{\"p\":\"7\"}"),
            TableFolder.Add("b").Replace("\"partitionValues\":{}", "\"partitionValues\":{\"p\":null}")
        );

    private List<string> Rows(string select)
    {
        using var connection = database.Connect();
        connection.Execute("SET TimeZone = 'UTC'");
        using var result = connection.Query($"{select} FROM read_parquet('{Checkpoint()}') WHERE \"add\".path IS NOT NULL");
        return [.. result.Rows().Select(row => string.Join('|', row.Select(value => value ?? "~"))).Order(StringComparer.Ordinal)];
    }

    private List<string> Columns(string action)
    {
        using var connection = database.Connect();
        using var result = connection.Query($"SELECT \"{action}\" FROM read_parquet('{Checkpoint()}') LIMIT 0");
        return [.. result.Columns[0].Type.Fields.Select(field => field.Name)];
    }

    private string Checkpoint() => Directory.GetFiles(folder.Log, "*.checkpoint.parquet").Order().Last();
}
