using System.Globalization;
using Tideway.DeltaLog.Actions;
using Tideway.ObjectStorage.Local;

namespace Tideway.DeltaLog.Tests;

/// <summary>A table in a temporary folder, with a log that tests can write by hand.</summary>
internal sealed class TableFolder : IDisposable
{
    public const string Protocol = """{"protocol":{"minReaderVersion":1,"minWriterVersion":2}}""";
    public const string Metadata =
        """{"metaData":{"id":"t1","format":{"provider":"parquet","options":{}},"schemaString":"{\"type\":\"struct\",\"fields\":[{\"name\":\"id\",\"type\":\"long\",\"nullable\":true,\"metadata\":{}}]}","partitionColumns":[],"configuration":{},"createdTime":1}}""";

    public TableFolder(TimeProvider? time = null)
    {
        Path = Directory.CreateTempSubdirectory("tideway-table-").FullName;
        Store = new LocalObjectStore(Path);
        Table = new DeltaTable(Store, time ?? TimeProvider.System);
    }

    public string Path { get; }

    public LocalObjectStore Store { get; }

    public DeltaTable Table { get; }

    public string Log => System.IO.Path.Combine(Path, "_delta_log");

    public static string Add(string path, string extra = "") =>
        $$$"""{"add":{"path":"{{{path}}}","partitionValues":{},"size":10,"modificationTime":1,"dataChange":true{{{extra}}}}}""";

    public static string Remove(string path, string extra = "") => $$$"""{"remove":{"path":"{{{path}}}","deletionTimestamp":1,"dataChange":true{{{extra}}}}}""";

    public static AddFile File(string path, bool dataChange = true) =>
        new()
        {
            Path = path,
            Size = 10,
            ModificationTime = 1,
            DataChange = dataChange,
        };

    public static Protocol NewProtocol(int reader = 1, int writer = 2, string[]? readerFeatures = null, string[]? writerFeatures = null) =>
        new()
        {
            MinReaderVersion = reader,
            MinWriterVersion = writer,
            ReaderFeatures = readerFeatures,
            WriterFeatures = writerFeatures,
        };

    public static Metadata NewMetadata(params (string Key, string Value)[] configuration) =>
        new()
        {
            Id = "t1",
            SchemaString = """{"type":"struct","fields":[{"name":"id","type":"long","nullable":true,"metadata":{}}]}""",
            Configuration = configuration.ToDictionary(pair => pair.Key, pair => pair.Value),
        };

    public string LogFile(string name) => System.IO.Path.Combine(Log, name);

    public string CommitPath(long version) => LogFile(version.ToString("D20", CultureInfo.InvariantCulture) + ".json");

    public TableFolder Commit(long version, params string[] lines)
    {
        Directory.CreateDirectory(Log);
        System.IO.File.WriteAllText(CommitPath(version), string.Join('\n', lines) + "\n");
        return this;
    }

    /// <summary>Version 0 with a protocol and metadata.</summary>
    public TableFolder Create(params string[] lines) => Commit(0, [Protocol, Metadata, .. lines]);

    public void DeleteCommits(params long[] versions)
    {
        foreach (var version in versions)
            System.IO.File.Delete(CommitPath(version));
    }

    /// <summary>Says when a commit was written, in seconds since the epoch.</summary>
    public TableFolder At(long version, double seconds)
    {
        System.IO.File.SetLastWriteTimeUtc(CommitPath(version), DateTime.UnixEpoch.AddSeconds(seconds));
        return this;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
