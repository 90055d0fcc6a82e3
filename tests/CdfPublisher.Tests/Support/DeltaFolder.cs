using System.Globalization;
using System.Text.Json;

namespace Tideway.CdfPublisher.Tests.Support;

/// <summary>A Delta table in a folder, whose log tests write by hand; files that a commit adds are there, without content.</summary>
internal sealed class DeltaFolder
{
    public const string Schema = """{"type":"struct","fields":[{"name":"id","type":"long","nullable":true,"metadata":{}}]}""";
    public const string WiderSchema =
        """{"type":"struct","fields":[{"name":"id","type":"long","nullable":true,"metadata":{}},{"name":"name","type":"string","nullable":true,"metadata":{}}]}""";

    private readonly string path;
    private readonly bool withFiles;

    /// <param name="parent">Where it is.</param>
    /// <param name="name">The folder's name.</param>
    /// <param name="withFiles">False for a table of which nothing but the log is needed.</param>
    public DeltaFolder(string parent, string name, bool withFiles = true)
    {
        this.withFiles = withFiles;
        path = System.IO.Path.Combine(parent, name);
        Directory.CreateDirectory(Log);
    }

    public string Path => path;

    public string Location => new Uri(path).AbsoluteUri;

    private string Log => System.IO.Path.Combine(path, "_delta_log");

    public static string Protocol { get; } = """{"protocol":{"minReaderVersion":1,"minWriterVersion":4}}""";

    public static string Metadata(string id = "t1", bool feed = true, string schema = Schema, string partitionColumns = "[]", string? mapping = null)
    {
        var configuration = new Dictionary<string, string> { ["delta.enableChangeDataFeed"] = feed ? "true" : "false", ["owner.note"] = "private" };
        if (mapping is not null)
            configuration["delta.columnMapping.mode"] = mapping;
        return $$$"""{"metaData":{"id":"{{{id}}}","format":{"provider":"parquet","options":{}},"schemaString":{{{JsonSerializer.Serialize(schema)}}},"partitionColumns":{{{partitionColumns}}},"configuration":{{{JsonSerializer.Serialize(configuration)}}},"createdTime":1}}""";
    }

    public static string Add(string file, long rows = 3, long size = 100, bool dataChange = true, string more = "") =>
        $$$"""{"add":{"path":"{{{file}}}","partitionValues":{},"size":{{{size}}},"modificationTime":1,"dataChange":{{{(dataChange ? "true" : "false")}}},"stats":"{\"numRecords\":{{{rows}}}}"{{{more}}}}}""";

    public static string Remove(string file, string more = ",\"extendedFileMetadata\":true,\"partitionValues\":{},\"size\":100") =>
        $$$"""{"remove":{"path":"{{{file}}}","deletionTimestamp":1,"dataChange":true{{{more}}}}}""";

    public static string Cdc(string file) => $$$"""{"cdc":{"path":"_change_data/{{{file}}}","partitionValues":{},"size":50,"dataChange":false}}""";

    public static string Info(string operation, string metrics = "{}") =>
        $$$"""{"commitInfo":{"timestamp":1,"operation":"{{{operation}}}","operationMetrics":{{{metrics}}}}}""";

    /// <summary>Version 0: a protocol, metadata and one file.</summary>
    public DeltaFolder Create(string id = "t1", bool feed = true, string schema = Schema) =>
        Commit(0, Protocol, Metadata(id, feed, schema), Add("part-0.parquet"));

    public DeltaFolder Append(long version) => Commit(version, Add($"part-{version}.parquet"));

    /// <summary>Writes a commit as an object store does: whole or not at all.</summary>
    public DeltaFolder Commit(long version, params string[] lines)
    {
        foreach (var line in withFiles ? lines : [])
        {
            if (AddedFile(line) is { } added)
                MakeFile(added);
        }

        return WriteCommit(version, string.Join('\n', lines) + "\n");
    }

    public DeltaFolder WriteCommit(long version, string content)
    {
        Directory.CreateDirectory(Log);
        var temporary = System.IO.Path.Combine(path, Guid.CreateVersion7().ToString("N"));
        File.WriteAllText(temporary, content);
        File.Move(temporary, CommitPath(version), overwrite: true);
        return this;
    }

    public DeltaFolder At(long version, DateTimeOffset time)
    {
        File.SetLastWriteTimeUtc(CommitPath(version), time.UtcDateTime);
        return this;
    }

    public void DeleteCommit(long version) => File.Delete(CommitPath(version));

    /// <summary>Deletes files of the table, as vacuum does.</summary>
    public void Vacuum(params string[] files)
    {
        foreach (var file in files)
        {
            var gone = System.IO.Path.Combine(path, file);
            File.Exists(gone).ShouldBeTrue(gone);
            File.Delete(gone);
        }
    }

    public void Vanish() => Directory.Delete(path, recursive: true);

    // Files elsewhere are not ours to make.
    private static string? AddedFile(string line)
    {
        using var action = JsonDocument.Parse(line);
        return
            (action.RootElement.TryGetProperty("add", out var file) || action.RootElement.TryGetProperty("cdc", out file))
            && file.GetProperty("path").GetString() is { } path
            && !path.Contains(':')
            ? path
            : null;
    }

    private void MakeFile(string file)
    {
        var full = System.IO.Path.Combine(path, file);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(full)!);
        File.WriteAllBytes(full, []);
    }

    private string CommitPath(long version) => System.IO.Path.Combine(Log, version.ToString("D20", CultureInfo.InvariantCulture) + ".json");
}
