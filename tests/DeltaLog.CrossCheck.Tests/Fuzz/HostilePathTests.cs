using System.Text.Json;
using Tideway.DeltaLog.Reading;
using Tideway.DuckDb;
using Tideway.ObjectStorage;
using Tideway.ObjectStorage.Local;

namespace Tideway.DeltaLog.CrossCheck.Tests.Fuzz;

/// <summary>A log on a real disk that names files beside its table. Their rows must never come out.</summary>
public sealed class HostilePathTests : IDisposable
{
    private const string Secret = "a secret beside the table";

    private readonly string parent = Directory.CreateTempSubdirectory("tideway-paths-").FullName;
    private readonly DuckDbDatabase database = DuckDbDatabase.Open();
    private readonly DuckDbConnection connection;
    private readonly string root;

    public HostilePathTests()
    {
        connection = database.Connect();
        root = Path.Combine(parent, "table");
        Directory.CreateDirectory(Path.Combine(root, "_delta_log", "_sidecars"));
        Directory.CreateDirectory(Path.Combine(root, "sub"));
        Directory.CreateDirectory(Path.Combine(parent, "table2"));
        foreach (var file in new[] { "secret.parquet", "table2/secret.parquet" })
            Write(Path.Combine(parent, file), Secret);
        Write(Path.Combine(root, "inside.parquet"), "inside");
        File.CreateSymbolicLink(Path.Combine(root, "link.parquet"), Path.Combine(parent, "secret.parquet"));
        Directory.CreateSymbolicLink(Path.Combine(root, "linked"), parent);
    }

    public static TheoryData<string> Paths =>
        [
            "../secret.parquet",
            "%2e%2e/secret.parquet",
            "..%2Fsecret.parquet",
            "..%2fsecret.parquet",
            "%252e%252e/secret.parquet",
            "sub/../../secret.parquet",
            "./../secret.parquet",
            "PARENT/secret.parquet",
            "/PARENT/secret.parquet",
            "file://PARENT/secret.parquet",
            "file:PARENT/secret.parquet",
            "FILE://PARENT/secret.parquet",
            "file://localhostPARENT/secret.parquet",
            "PARENT/table/../secret.parquet",
            "file://PARENT/table/../secret.parquet",
            "file://PARENT/table/%2e%2e/secret.parquet",
            "PARENT/table2/secret.parquet",
            "file://PARENT/table2/secret.parquet",
            "link.parquet",
            "linked/secret.parquet",
            "inside.parquet\nPARENT/secret.parquet",
            "inside.parquet%0APARENT/secret.parquet",
            "*/secret.parquet",
            "**/*.parquet",
            "{inside,../secret}.parquet",
            "..\\secret.parquet",
            "inside.parquet' , 'PARENT/secret.parquet",
            "s3://bucket/secret.parquet",
            "http://127.0.0.1:1/secret.parquet",
            "inside.parquet\0/../../secret.parquet",
        ];

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task A_data_file_beside_the_table_is_never_read(string path) =>
        (await RowsAsync(Add(Real(path)))).ShouldNotContain(row => row.Contains(Secret, StringComparison.Ordinal));

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task A_change_file_beside_the_table_is_never_read(string path)
    {
        var line = $$$"""{"cdc":{"path":{{{JsonSerializer.Serialize(Real(path))}}},"partitionValues":{},"size":10,"dataChange":false}}""";

        (await ChangesAsync(line)).ShouldNotContain(row => row.Contains(Secret, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task A_deletion_vector_beside_the_table_is_never_read(string path)
    {
        var vector = $$"""{"storageType":"p","pathOrInlineDv":{{JsonSerializer.Serialize(Real(path))}},"offset":0,"sizeInBytes":4,"cardinality":1}""";

        await RefusalAsync(() => RowsOrThrowAsync(Add("inside.parquet", vector)));
    }

    [Theory]
    [InlineData("../ab^-aqEH.-t@S}K{vb[*k^")]
    [InlineData("../../x/ab^-aqEH.-t@S}K{vb[*k^")]
    [InlineData("PARENT/ab^-aqEH.-t@S}K{vb[*k^")]
    [InlineData("linked/ab^-aqEH.-t@S}K{vb[*k^")]
    public async Task A_prefix_does_not_lead_a_deletion_vector_out_of_the_table(string name)
    {
        var vector = $$"""{"storageType":"u","pathOrInlineDv":{{JsonSerializer.Serialize(Real(name))}},"offset":0,"sizeInBytes":4,"cardinality":1}""";

        await RefusalAsync(() => RowsOrThrowAsync(Add("inside.parquet", vector)));
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task A_sidecar_beside_the_table_is_never_read(string path)
    {
        connection.Execute(
            $"COPY (SELECT {{'path': 'stolen.parquet', 'partitionValues': MAP {{}}::MAP(VARCHAR, VARCHAR), 'size': 1, 'modificationTime': 1, 'dataChange': true}} AS add) TO {SqlText.Literal(Path.Combine(parent, "secret.parquet"))} (FORMAT parquet)"
        );
        var lines = new[]
        {
            """{"checkpointMetadata":{"version":0}}""",
            Protocol(),
            Metadata,
            $$$"""{"sidecar":{"path":{{{JsonSerializer.Serialize(Real(path))}}},"sizeInBytes":10,"modificationTime":1}}""",
        };
        Log("00000000000000000000.json", Protocol(), Metadata);
        Log("00000000000000000000.checkpoint.7f1d2f1a-0000-4000-8000-000000000001.json", lines);
        try
        {
            var snapshot = await Table().LoadAsync();
            snapshot.Files.ShouldNotContain(file => file.Path == "stolen.parquet");
        }
        catch (Exception exception) when (exception is DeltaLogException or ObjectStorageException)
        {
            exception.Message.ShouldNotBeNullOrEmpty();
        }
    }

    [Fact]
    public async Task A_file_of_the_table_is_read_by_its_relative_and_by_its_absolute_path()
    {
        foreach (
            var path in new[]
            {
                "inside.parquet",
                "%69nside.parquet",
                Path.Combine(root, "inside.parquet"),
                new Uri(Path.Combine(root, "inside.parquet")).AbsoluteUri,
            }
        )
            (await RowsOrThrowAsync(Add(path))).ShouldBe(["inside"], path);
    }

    public void Dispose()
    {
        connection.Dispose();
        database.Dispose();
        Directory.Delete(parent, recursive: true);
    }

    private const string Metadata =
        """{"metaData":{"id":"t1","format":{"provider":"parquet","options":{}},"schemaString":"{\"type\":\"struct\",\"fields\":[{\"name\":\"text\",\"type\":\"string\",\"nullable\":true,\"metadata\":{}}]}","partitionColumns":[],"configuration":{"delta.enableChangeDataFeed":"true"},"createdTime":1}}""";

    private static string Protocol() =>
        """{"protocol":{"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":["deletionVectors","v2Checkpoint"],"writerFeatures":["deletionVectors","changeDataFeed","v2Checkpoint"]}}""";

    private static string Add(string path, string? vector = null) =>
        $$$"""{"add":{"path":{{{JsonSerializer.Serialize(path)}}},"partitionValues":{},"size":10,"modificationTime":1,"dataChange":true{{{(vector is null ? "" : $",\"deletionVector\":{vector}")}}}}}""";

    private string Real(string path) => path.Replace("PARENT", parent, StringComparison.Ordinal);

    private void Write(string path, string text) =>
        connection.Execute($"COPY (SELECT {SqlText.Literal(text)} AS text, 'insert' AS _change_type) TO {SqlText.Literal(path)} (FORMAT parquet)");

    private void Log(string name, params string[] lines) => File.WriteAllText(Path.Combine(root, "_delta_log", name), string.Join('\n', lines) + "\n");

    private DeltaTable Table() => new(new LocalObjectStore(root), TimeProvider.System);

    private async Task<List<string>> RowsOrThrowAsync(string line)
    {
        Log("00000000000000000000.json", Protocol(), Metadata, line);
        var table = Table();
        return Query(await new TableReader(table.Store).ScanSqlAsync(await table.LoadAsync()));
    }

    private async Task<List<string>> RowsAsync(string line) => await RefusalAsync(() => RowsOrThrowAsync(line)) ?? [];

    private async Task<List<string>> ChangesAsync(string line)
    {
        Log("00000000000000000000.json", Protocol(), Metadata, line);
        var table = Table();
        return await RefusalAsync(async () =>
            {
                var versions = new List<Changes.VersionChanges>();
                await foreach (var version in table.ReadChangeDataFeedAsync(0))
                    versions.Add(version);
                return Query(await new TableReader(table.Store).ChangesSqlAsync(await table.LoadAsync(), versions));
            }) ?? [];
    }

    private List<string> Query(string sql)
    {
        using var result = connection.Query($"SELECT text FROM ({sql})");
        return [.. result.Rows().Select(row => (string)row[0]!)];
    }

    // DuckDB's own refusal is that of the caller's query.
    private static async Task<List<string>?> RefusalAsync(Func<Task<List<string>>> read)
    {
        try
        {
            return await read();
        }
        catch (Exception exception) when (exception is DeltaLogException or ObjectStorageException or DuckDbException)
        {
            return null;
        }
    }
}
