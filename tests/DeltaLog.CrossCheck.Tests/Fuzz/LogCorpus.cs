using System.Text;

namespace Tideway.DeltaLog.CrossCheck.Tests.Fuzz;

/// <summary>Sound logs to begin with: those of other engines' tables, and some with what those lack. Files of the log by key.</summary>
internal static class LogCorpus
{
    private const int MaxBytes = 40_000;

    private const string Schema =
        """{\"type\":\"struct\",\"fields\":[{\"name\":\"id\",\"type\":\"long\",\"nullable\":false,\"metadata\":{}},{\"name\":\"p\",\"type\":\"date\",\"nullable\":true,\"metadata\":{}},{\"name\":\"n\",\"type\":{\"type\":\"map\",\"keyType\":\"string\",\"valueType\":{\"type\":\"array\",\"elementType\":\"decimal(10,2)\",\"containsNull\":true},\"valueContainsNull\":true},\"nullable\":true,\"metadata\":{}}]}""";

    private static readonly Lazy<IReadOnlyList<IReadOnlyDictionary<string, byte[]>>> Loaded = new(() => [.. FromTables(), .. Written()]);

    public static IReadOnlyList<IReadOnlyDictionary<string, byte[]>> All => Loaded.Value;

    private static IEnumerable<IReadOnlyDictionary<string, byte[]>> FromTables()
    {
        foreach (var table in SourceTables.All)
        {
            var folder = SourceTables.Folder(table);
            var files = Directory
                .EnumerateFiles(folder, "*", SearchOption.AllDirectories)
                .Select(path => (Path: path, Key: Path.GetRelativePath(folder, path).Replace('\\', '/')))
                .Where(file => file.Key.EndsWith(".bin", StringComparison.Ordinal) || IsTextOfLog(file.Key))
                .ToDictionary(file => file.Key, file => File.ReadAllBytes(file.Path), StringComparer.Ordinal);
            if (files.Values.Sum(bytes => bytes.Length) < MaxBytes && files.ContainsKey("_delta_log/00000000000000000000.json"))
                yield return files;
        }
    }

    private static bool IsTextOfLog(string key) =>
        key.StartsWith("_delta_log/", StringComparison.Ordinal)
        && (
            key.EndsWith(".json", StringComparison.Ordinal)
            || key.EndsWith(".crc", StringComparison.Ordinal)
            || key.EndsWith("_last_checkpoint", StringComparison.Ordinal)
        );

    private static IEnumerable<IReadOnlyDictionary<string, byte[]>> Written()
    {
        var create = $$$"""
            {"commitInfo":{"inCommitTimestamp":1760000000000,"timestamp":1760000000000,"operation":"CREATE TABLE","operationParameters":{"a":"b"},"txnId":"t"}}
            {"protocol":{"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":["deletionVectors","v2Checkpoint","vacuumProtocolCheck"],"writerFeatures":["deletionVectors","v2Checkpoint","vacuumProtocolCheck","inCommitTimestamp","domainMetadata","changeDataFeed"]}}
            {"metaData":{"id":"7f1d2f1a-0000-4000-8000-000000000001","name":"n","description":"d","format":{"provider":"parquet","options":{}},"schemaString":"{{{Schema}}}","partitionColumns":["p"],"configuration":{"delta.enableChangeDataFeed":"true","delta.enableInCommitTimestamps":"true","delta.inCommitTimestampEnablementVersion":"0","delta.inCommitTimestampEnablementTimestamp":"1760000000000","delta.deletedFileRetentionDuration":"interval 1 week","delta.checkpointInterval":"100"},"createdTime":1760000000000}}
            """;
        var second = """
            {"commitInfo":{"inCommitTimestamp":1760000000001,"timestamp":1760000000001,"operation":"WRITE","isBlindAppend":true}}
            {"txn":{"appId":"app","version":3,"lastUpdated":1760000000001}}
            {"domainMetadata":{"domain":"d.one","configuration":"{\"a\":1}","removed":false}}
            {"add":{"path":"p=2026-01-01/part-1.parquet","partitionValues":{"p":"2026-01-01"},"size":100,"modificationTime":1760000000001,"dataChange":true,"stats":"{\"numRecords\":10,\"minValues\":{\"id\":1},\"maxValues\":{\"id\":10},\"nullCount\":{\"id\":0,\"n\":3}}","tags":{"k":"v"},"baseRowId":0,"defaultRowCommitVersion":1}}
            {"add":{"path":"p=__HIVE_DEFAULT_PARTITION__/part%202.parquet","partitionValues":{"p":null},"size":200,"modificationTime":1760000000001,"dataChange":true,"deletionVector":{"storageType":"i","pathOrInlineDv":"wi5b=000010000siXQKl0rr91000f55c8Xg0@@D72lkbi5=-{L","sizeInBytes":40,"cardinality":6}}}
            """;
        var third = """
            {"commitInfo":{"inCommitTimestamp":1760000000002,"timestamp":1760000000002,"operation":"MERGE"}}
            {"remove":{"path":"p=2026-01-01/part-1.parquet","deletionTimestamp":1760000000002,"dataChange":true,"extendedFileMetadata":true,"partitionValues":{"p":"2026-01-01"},"size":100}}
            {"add":{"path":"p=2026-01-01/part-3.parquet","partitionValues":{"p":"2026-01-01"},"size":100,"modificationTime":1760000000002,"dataChange":true,"stats":"{\"numRecords\":9}"}}
            {"cdc":{"path":"_change_data/p=2026-01-01/cdc-1.parquet","partitionValues":{"p":"2026-01-01"},"size":50,"dataChange":false}}
            {"domainMetadata":{"domain":"d.one","configuration":"{}","removed":true}}
            """;
        var checkpoint =
            """
                {"checkpointMetadata":{"version":1,"tags":{}}}
                """
            + "\n"
            + string.Join('\n', create.Split('\n').Skip(1).Concat(second.Split('\n').Skip(1)));
        yield return Files(("00000000000000000000.json", create), ("00000000000000000001.json", second), ("00000000000000000002.json", third));
        yield return Files(
            ("00000000000000000000.json", create),
            ("00000000000000000001.json", second),
            ("00000000000000000001.checkpoint.7f1d2f1a-0000-4000-8000-000000000001.json", checkpoint),
            ("00000000000000000002.json", third),
            (
                "_last_checkpoint",
                """{"version":1,"size":7,"sizeInBytes":2000,"numOfAddFiles":2,"v2Checkpoint":{"path":"00000000000000000001.checkpoint.7f1d2f1a-0000-4000-8000-000000000001.json","sizeInBytes":2000,"modificationTime":1}}"""
            )
        );
        yield return Files(
            ("00000000000000000000.json", create),
            ("00000000000000000001.json", second),
            ("00000000000000000002.json", third),
            ("00000000000000000000.00000000000000000002.compacted.json", string.Join('\n', create.Split('\n').Skip(1).Concat(third.Split('\n').Skip(1)))),
            ("00000000000000000002.crc", """{"tableSizeBytes":300,"numFiles":2,"numMetadata":1,"numProtocol":1,"inCommitTimestampOpt":1760000000002}""")
        );
    }

    private static Dictionary<string, byte[]> Files(params (string Name, string Text)[] files) =>
        files.ToDictionary(file => $"_delta_log/{file.Name}", file => Encoding.UTF8.GetBytes(file.Text + "\n"), StringComparer.Ordinal);
}
