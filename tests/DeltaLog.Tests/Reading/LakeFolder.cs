using System.Text.Json;
using Tideway.DeltaLog.Reading;
using Tideway.DuckDb;

namespace Tideway.DeltaLog.Tests.Reading;

/// <summary>A table whose data files tests write with DuckDB and whose log they write by hand, as another engine would.</summary>
internal sealed class LakeFolder : IDisposable
{
    private readonly DuckDbDatabase database = DuckDbDatabase.Open();

    public LakeFolder()
    {
        Connection = database.Connect();
        TableReader.UseUtc(Connection);
    }

    public TableFolder Folder { get; } = new();

    public DuckDbConnection Connection { get; }

    /// <summary>A deletion vector of the rows 3, 4, 7, 11, 18 and 29.</summary>
    public static string Vector =>
        ""","deletionVector":{"storageType":"i","pathOrInlineDv":"^Bg9^0rr910000000000iXQKl0rr91000f55c8Xg0@@D72lkbi5=-{L","sizeInBytes":44,"cardinality":6}""";

    /// <summary>A protocol with features, all of readers and writers.</summary>
    public static string Protocol(params string[] features)
    {
        var names = JsonSerializer.Serialize(features);
        return $$$"""{"protocol":{"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":{{{names}}},"writerFeatures":{{{names}}}}}""";
    }

    /// <summary>Metadata with a schema, given as the JSON of its fields.</summary>
    public static string Metadata(string fields, string[]? partitionColumns = null, params (string Key, string Value)[] configuration)
    {
        var schema = JsonSerializer.Serialize($$$"""{"type":"struct","fields":[{{{fields}}}]}""");
        var columns = JsonSerializer.Serialize(partitionColumns ?? []);
        var properties = JsonSerializer.Serialize(configuration.ToDictionary(pair => pair.Key, pair => pair.Value));
        return $$$"""{"metaData":{"id":"t","format":{"provider":"parquet","options":{}},"schemaString":{{{schema}}},"partitionColumns":{{{columns}}},"configuration":{{{properties}}}}}""";
    }

    /// <summary>A field of a schema; <paramref name="type"/> is a name, or JSON.</summary>
    public static string Field(string name, string type, string metadata = "") =>
        $$$"""{"name":"{{{name}}}","type":{{{(type.StartsWith('{') ? type : $"\"{type}\"")}}},"nullable":true,"metadata":{{{{metadata}}}}}""";

    /// <summary>Metadata of a mapped column.</summary>
    public static string Mapped(int id, string physicalName) => $"\"delta.columnMapping.id\":{id},\"delta.columnMapping.physicalName\":\"{physicalName}\"";

    /// <summary>Writes a data file and gives its add action.</summary>
    public string Write(string name, string select, string extra = "", string options = "")
    {
        var path = Path.Combine(Folder.Path, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        Connection.Execute($"COPY ({select}) TO {SqlText.Literal(path)} (FORMAT parquet{options})");
        var size = new FileInfo(path).Length;
        return TableFolder.Add(name, extra).Replace("\"size\":10", $"\"size\":{size}");
    }

    /// <summary>The rows of a version as text, sorted.</summary>
    public async Task<List<string>> RowsAsync(long? version = null, bool allowFilesOutside = false)
    {
        var snapshot = await Folder.Table.LoadAsync(version);
        return Texts(await new TableReader(Folder.Store, allowFilesOutside).ScanSqlAsync(snapshot));
    }

    /// <summary>The row changes as text, sorted, without their time.</summary>
    public async Task<List<string>> ChangesAsync(long from, long? to = null)
    {
        var changes = await Folder.Table.ReadChangesAsync(from, to).ToListAsync();
        var snapshot = await Folder.Table.LoadAsync(to);
        return Texts($"SELECT * EXCLUDE _commit_timestamp FROM ({await new TableReader(Folder.Store).ChangesSqlAsync(snapshot, changes)})");
    }

    public List<string> Texts(string sql)
    {
        using var result = Connection.Query($"SELECT CAST(COLUMNS(*) AS VARCHAR) FROM ({sql})");
        return [.. result.Rows().Select(row => string.Join('|', row.Select(value => value ?? "~"))).Order(StringComparer.Ordinal)];
    }

    public void Dispose()
    {
        Connection.Dispose();
        database.Dispose();
        Folder.Dispose();
    }
}
