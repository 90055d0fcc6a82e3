using System.Globalization;
using System.Text;
using Tideway.DuckDb;
using Tideway.ObjectStorage.Local;

namespace Tideway.Benchmarks.DeltaLog;

/// <summary>
/// The log of a table that has no data: a classic checkpoint of a million files in a thousand partitions, and 100 commits after it that add
/// and remove files. It goes when it is disposed.
/// </summary>
internal sealed class MillionFileTable : IDisposable
{
    public const int Files = 1_000_000;
    public const int Commits = 100;

    /// <summary>Partitions have that many files each, so that many match <see cref="Date"/> in the checkpoint.</summary>
    public const int FilesPerDate = 1000;

    public const string Date = "2023-05-17";

    private const int AddsPerCommit = 20;
    private const int RemovesPerCommit = 10;
    private const long CheckpointVersion = 1000;

    private const string SchemaString =
        """{\"type\":\"struct\",\"fields\":[{\"name\":\"date\",\"type\":\"date\",\"nullable\":true,\"metadata\":{}},{\"name\":\"id\",\"type\":\"long\",\"nullable\":true,\"metadata\":{}},{\"name\":\"name\",\"type\":\"string\",\"nullable\":true,\"metadata\":{}},{\"name\":\"amount\",\"type\":\"double\",\"nullable\":true,\"metadata\":{}},{\"name\":\"at\",\"type\":\"timestamp\",\"nullable\":true,\"metadata\":{}}]}""";

    private readonly Random random = new(17);

    private MillionFileTable(string folder)
    {
        Folder = folder;
        Latest = CheckpointVersion + Commits;
    }

    public string Folder { get; }

    public LocalObjectStore Store => new(Folder);

    public string Checkpoint => Path.Combine(Folder, "_delta_log", $"{CheckpointVersion:D20}.checkpoint.parquet");

    public long Latest { get; private set; }

    public static MillionFileTable Create(CancellationToken cancellationToken)
    {
        var table = new MillionFileTable(Directory.CreateTempSubdirectory("tideway-bench-").FullName);
        try
        {
            Directory.CreateDirectory(Path.Combine(table.Folder, "_delta_log"));
            using var database = DuckDbDatabase.Open();
            using var connection = database.Connect();
            connection.Execute(CheckpointSql(table.Checkpoint), cancellationToken);
            var hint = string.Create(
                CultureInfo.InvariantCulture,
                $$"""{"version":{{CheckpointVersion}},"size":{{Files + 50_002}},"sizeInBytes":{{new FileInfo(table.Checkpoint).Length}},"numOfAddFiles":{{Files}}}"""
            );
            File.WriteAllText(Path.Combine(table.Folder, "_delta_log", "_last_checkpoint"), hint);
            for (var version = CheckpointVersion + 1; version <= table.Latest; version++)
                table.WriteCommit(version);
            return table;
        }
        catch
        {
            table.Dispose();
            throw;
        }
    }

    /// <summary>Adds and removes as many files as the commits that are there.</summary>
    public void Commit() => WriteCommit(++Latest);

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private static string Stats(string id, string hash, string date) =>
        "{\"numRecords\":"
        + $"' || (100000 + hash({id}) % 100000) || ',\"minValues\":{{\"id\":' || {id} * 1000 || ',\"name\":\"' || substr({hash}, 1, 12) || '\",\"amount\":' || (hash({id}) % 1000) / 10 || ',\"at\":\"' || {date} || 'T00:00:00.000Z\"}},"
        + $"\"maxValues\":{{\"id\":' || {id} * 1000 + 999 || ',\"name\":\"' || substr({hash}, 8, 12) || '\",\"amount\":' || 1000 + (hash({id}) % 1000) / 10 || ',\"at\":\"' || {date} || 'T23:59:59.000Z\"}},"
        + "\"nullCount\":{\"id\":0,\"name\":0,\"amount\":0,\"at\":0}}";

    private static string CheckpointSql(string file)
    {
        const string Pairs = "MAP(VARCHAR, VARCHAR)";
        return $$"""
            COPY (
                WITH files AS (
                    SELECT range AS id, strftime(DATE '2022-01-01' + CAST(range // {{FilesPerDate}} AS INTEGER), '%Y-%m-%d') AS date, md5(range::VARCHAR) AS hash
                    FROM range({{Files}})
                ),
                actions AS (
                    SELECT
                        struct_pack(
                            path := 'date=' || date || '/part-' || lpad((id % {{FilesPerDate}})::VARCHAR, 5, '0') || '-' || substr(hash, 1, 8) || '-' || substr(hash, 9, 4) || '-'
                                || substr(hash, 13, 4) || '-' || substr(hash, 17, 4) || '-' || substr(hash, 21, 12) || '.c000.snappy.parquet',
                            partitionValues := MAP {'date': date}, size := 10000000 + (hash(id) % 50000000)::BIGINT, modificationTime := 1700000000000 + id,
                            dataChange := false, stats := '{{Stats("id", "hash", "date")}}', tags := NULL::{{Pairs}},
                            deletionVector := NULL::STRUCT(storageType VARCHAR, pathOrInlineDv VARCHAR, "offset" INTEGER, sizeInBytes INTEGER, cardinality BIGINT),
                            baseRowId := NULL::BIGINT, defaultRowCommitVersion := NULL::BIGINT, clusteringProvider := NULL::VARCHAR) AS "add",
                        NULL::STRUCT(path VARCHAR, deletionTimestamp BIGINT, dataChange BOOLEAN, size BIGINT) AS remove,
                        NULL::STRUCT(id VARCHAR, "format" STRUCT(provider VARCHAR, options {{Pairs}}), schemaString VARCHAR, partitionColumns VARCHAR[], configuration {{Pairs}}, createdTime BIGINT) AS metaData,
                        NULL::STRUCT(minReaderVersion INTEGER, minWriterVersion INTEGER) AS protocol
                    FROM files
                    UNION ALL SELECT NULL, struct_pack(path := 'date=2022-01-01/part-old-' || md5(range::VARCHAR), deletionTimestamp := 1700000000000, dataChange := true, size := 1000), NULL, NULL
                    FROM range(50000)
                    UNION ALL SELECT NULL, NULL, struct_pack(id := 'million', "format" := struct_pack(provider := 'parquet', options := MAP {}::{{Pairs}}),
                        schemaString := '{{SchemaString.Replace(
                "\\\"",
                "\"",
                StringComparison.Ordinal
            )}}', partitionColumns := ['date'], configuration := MAP {}::{{Pairs}}, createdTime := 1700000000000), NULL
                    UNION ALL SELECT NULL, NULL, NULL, struct_pack(minReaderVersion := 1, minWriterVersion := 2)
                )
                SELECT NULL::STRUCT(appId VARCHAR, version BIGINT, lastUpdated BIGINT) AS txn, "add", remove, metaData, protocol FROM actions
            ) TO {{SqlText.Literal(file)}} (FORMAT parquet, COMPRESSION snappy)
            """;
    }

    private void WriteCommit(long version)
    {
        var lines = new StringBuilder();
        lines.Append(CultureInfo.InvariantCulture, $$$"""{"commitInfo":{"timestamp":{{{1800000000000 + version}}},"operation":"WRITE"}}""").Append('\n');
        for (var index = 0; index < AddsPerCommit; index++)
        {
            var date = new DateOnly(2022, 1, 1).AddDays(random.Next(Files / FilesPerDate)).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
            var values =
                $$"""{\"id\":{{random.Next()}},\"name\":\"{{random.NextInt64():x16}}\",\"amount\":{{random.Next(100)}}.5,\"at\":\"{{date}}T00:00:00.000Z\"}""";
            lines
                .Append(
                    CultureInfo.InvariantCulture,
                    $$$"""{"add":{"path":"date={{{date}}}/part-new-{{{Guid.CreateVersion7()}}}.c000.snappy.parquet","partitionValues":{"date":"{{{date}}}"},"size":12345678,"modificationTime":1800000000000,"dataChange":true,"stats":"{\"numRecords\":100000,\"minValues\":{{{values}}},\"maxValues\":{{{values}}},\"nullCount\":{\"id\":0,\"name\":0,\"amount\":0,\"at\":0}}"}}"""
                )
                .Append('\n');
        }

        for (var index = 0; index < RemovesPerCommit; index++)
        {
            var path = PathOf(random.Next(Files));
            lines
                .Append(CultureInfo.InvariantCulture, $$$"""{"remove":{"path":"{{{path}}}","deletionTimestamp":1800000000000,"dataChange":true,"size":1}}""")
                .Append('\n');
        }

        File.WriteAllText(Path.Combine(Folder, "_delta_log", $"{version:D20}.json"), lines.ToString());
    }

    private static string PathOf(int id)
    {
        var date = new DateOnly(2022, 1, 1).AddDays(id / FilesPerDate).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var hash = Convert.ToHexStringLower(System.Security.Cryptography.MD5.HashData(Encoding.ASCII.GetBytes(id.ToString(CultureInfo.InvariantCulture))));
        return $"date={date}/part-{id % FilesPerDate:D5}-{hash[..8]}-{hash[8..12]}-{hash[12..16]}-{hash[16..20]}-{hash[20..]}.c000.snappy.parquet";
    }
}
