using System.Globalization;
using System.Text.Json;

namespace Tideway.ShareRegistry.Tests.Hosts;

/// <summary>A Delta table below a folder, its log written by hand. Data files hold any bytes: nobody looks into them.</summary>
internal sealed class LakeTable
{
    public const string Schema =
        """{"type":"struct","fields":[{"name":"id","type":"long","nullable":true,"metadata":{}},{"name":"day","type":"string","nullable":true,"metadata":{}}]}""";

    private long next;

    public LakeTable(string folder)
    {
        Folder = folder;
        Directory.CreateDirectory(Log);
    }

    public string Folder { get; }

    public string Log => Path.Combine(Folder, "_delta_log");

    public long LatestVersion => next - 1;

    /// <summary>A table with one file in version 0.</summary>
    public static LakeTable Create(string folder, params (string Key, string Value)[] configuration)
    {
        var table = new LakeTable(folder);
        table.Commit(ProtocolLine(), MetadataLine(configuration), table.Add("part-0.parquet", 10));
        return table;
    }

    /// <summary>Another table, which was made at this one's place after this one was removed.</summary>
    public LakeTable MakeAnew()
    {
        Directory.Delete(Log, recursive: true);
        return new LakeTable(Folder).Commit(ProtocolLine(), OtherMetadataLine());
    }

    /// <summary>The metadata of a table with another id of its own.</summary>
    public static string OtherMetadataLine() => MetadataLine().Replace("6ba7b810", "7ba7b810", StringComparison.Ordinal);

    public static string ProtocolLine(int reader = 1, int writer = 2, string features = "") =>
        $$$"""{"protocol":{"minReaderVersion":{{{reader}}},"minWriterVersion":{{{writer}}}{{{features}}}}}""";

    public static string MetadataLine(params (string Key, string Value)[] configuration) =>
        JsonSerializer.Serialize(
            new
            {
                metaData = new
                {
                    id = "6ba7b810-9dad-11d1-80b4-00c04fd430c8",
                    format = new { provider = "parquet", options = new { } },
                    schemaString = Schema,
                    partitionColumns = Array.Empty<string>(),
                    configuration = configuration.ToDictionary(pair => pair.Key, pair => pair.Value),
                    createdTime = 1,
                },
            }
        );

    /// <summary>Writes a data file and returns the line that adds it.</summary>
    public string Add(string path, int rows, string extra = "", bool dataChange = true)
    {
        var bytes = System.Text.Encoding.UTF8.GetBytes($"{path} with {rows} rows");
        var file = Path.Combine(Folder, Uri.UnescapeDataString(path));
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllBytes(file, bytes);
        return AddLine(path, bytes.Length, rows, extra, dataChange);
    }

    /// <summary>The line that adds a file, which need not be there.</summary>
    public static string AddLine(string path, long size, int rows, string extra = "", bool dataChange = true) =>
        $$$"""{"add":{"path":{{{JsonSerializer.Serialize(path)}}},"partitionValues":{},"size":{{{size}}},"modificationTime":1,"dataChange":{{{(dataChange ? "true" : "false")}}},"stats":"{\"numRecords\":{{{rows}}} }"{{{extra}}} }}""";

    public static string RemoveLine(string path, long size = 7) =>
        $$$"""{"remove":{"path":{{{JsonSerializer.Serialize(path)}}},"deletionTimestamp":1,"dataChange":true,"extendedFileMetadata":true,"partitionValues":{},"size":{{{size}}} }}""";

    /// <summary>Commits the next version.</summary>
    public LakeTable Commit(params string[] lines)
    {
        // As every writer does: a commit is there whole or not at all.
        var written = Path.Combine(Folder, "commit.tmp");
        File.WriteAllText(written, string.Join('\n', lines) + "\n");
        File.Move(written, CommitFile(next++));
        return this;
    }

    public string CommitFile(long version) => Path.Combine(Log, version.ToString("D20", CultureInfo.InvariantCulture) + ".json");

    /// <summary>Says when a version was committed.</summary>
    public LakeTable At(long version, DateTimeOffset time)
    {
        File.SetLastWriteTimeUtc(CommitFile(version), time.UtcDateTime);
        return this;
    }
}
