using System.Globalization;
using Tideway.DuckDb;

namespace Tideway.DeltaLog.Tests.Checkpoints;

[CollectionDefinition(nameof(AloneCollection), DisableParallelization = true)]
public sealed class AloneCollection;

[Collection(nameof(AloneCollection))]
public sealed class LargeCheckpointTests : IDisposable
{
    private const int Files = 200_000;

    private readonly TableFolder folder = new();

    [Theory]
    [InlineData("classic")]
    [InlineData("v2")]
    public async Task A_checkpoint_of_many_files_is_written_without_holding_them(string policy)
    {
        Create(policy);
        var gone = string.Create(CultureInfo.InvariantCulture, $"p=1/part-{7}-file.parquet");
        folder.Commit(1, TableFolder.Remove(gone), TableFolder.Add("new"));

        var before = GC.GetTotalAllocatedBytes(precise: true);
        await folder.Table.WriteCheckpointAsync(1);
        var allocated = GC.GetTotalAllocatedBytes(precise: true) - before;

        // An object for each file would take a hundred times as much.
        ((double)allocated / Files).ShouldBeLessThan(20);
        File.ReadAllText(folder.LogFile("_last_checkpoint")).ShouldContain($"\"numOfAddFiles\":{Files},");
        folder.DeleteCommits(0, 1);
        var snapshot = await folder.Table.LoadAsync();
        snapshot.FileCount.ShouldBe(Files);
        snapshot.Files.Count(file => file.Path == gone).ShouldBe(0);
        snapshot.NumRecords.ShouldBeNull();
        snapshot.Files.First(file => file.Path != "new").Stats.ShouldStartWith("{\"numRecords\":1000,");
    }

    [Fact]
    public async Task Files_are_found_wherever_they_stand_among_tombstones()
    {
        const int Group = 2048;
        folder.Create();
        using (var database = DuckDbDatabase.Open())
        using (var connection = database.Connect())
        {
            // Less than half of the rows are files, and they stand in two places.
            connection.Execute(
                $$$"""
                COPY (
                    SELECT CASE WHEN i = 0 THEN struct_pack("minReaderVersion" := 1, "minWriterVersion" := 2) END AS protocol,
                        CASE WHEN i = 1 THEN struct_pack(id := 't1', format := struct_pack(provider := 'parquet', options := MAP {}::MAP(VARCHAR, VARCHAR)),
                            "schemaString" := '{"type":"struct","fields":[]}', "partitionColumns" := []::VARCHAR[], configuration := MAP {}::MAP(VARCHAR, VARCHAR)) END AS "metaData",
                        CASE WHEN i > 1 AND (i < {{{Group}}} OR i >= {{{5
                    * Group}}}) THEN struct_pack(path := 'f' || i, "partitionValues" := MAP {}::MAP(VARCHAR, VARCHAR),
                            size := 1::BIGINT, "modificationTime" := 1::BIGINT, "dataChange" := true) END AS "add",
                        CASE WHEN i >= {{{Group}}} AND i < {{{5
                    * Group}}} THEN struct_pack(path := 'r' || i, "deletionTimestamp" := 1::BIGINT, "dataChange" := true) END AS remove
                    FROM range({{{6 * Group}}}) t(i)
                ) TO '{{{folder.LogFile("00000000000000000000.checkpoint.parquet")}}}' (FORMAT parquet, ROW_GROUP_SIZE {{{Group}}})
                """
            );
        }

        folder.DeleteCommits(0);

        (await folder.Table.LoadAsync()).FileCount.ShouldBe((2 * Group) - 2);
    }

    public void Dispose() => folder.Dispose();

    private void Create(string policy)
    {
        folder.Commit(
            0,
            """{"protocol":{"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":["v2Checkpoint"],"writerFeatures":["v2Checkpoint"]}}""",
            TableFolder.Metadata.Replace("\"configuration\":{}", $"\"configuration\":{{\"delta.checkpointPolicy\":\"{policy}\"}}")
        );
        using var database = DuckDbDatabase.Open();
        using var connection = database.Connect();
        connection.Execute(
            $$$"""
            COPY (
                SELECT struct_pack("minReaderVersion" := 3, "minWriterVersion" := 7, "readerFeatures" := ['v2Checkpoint'], "writerFeatures" := ['v2Checkpoint']) AS protocol
                UNION ALL BY NAME
                SELECT struct_pack(id := 't1', format := struct_pack(provider := 'parquet', options := MAP {}::MAP(VARCHAR, VARCHAR)),
                    "schemaString" := '{"type":"struct","fields":[{"name":"id","type":"long","nullable":true,"metadata":{}}]}',
                    "partitionColumns" := []::VARCHAR[], configuration := MAP {'delta.checkpointPolicy': '{{{policy}}}'}) AS "metaData"
                UNION ALL BY NAME
                SELECT struct_pack(path := 'p=1/part-' || i || '-file.parquet', "partitionValues" := MAP {}::MAP(VARCHAR, VARCHAR), size := i, "modificationTime" := i,
                    "dataChange" := true, stats := '{"numRecords":1000,"minValues":{"id":' || i || '},"maxValues":{"id":' || i || '},"nullCount":{"id":0}}') AS "add"
                FROM range({{{Files}}}) t(i)
            ) TO '{{{folder.LogFile("00000000000000000000.checkpoint.parquet")}}}' (FORMAT parquet)
            """
        );
    }
}
