using System.Text.Json.Nodes;
using Tideway.DeltaLog;
using Tideway.DeltaLog.Evolution;
using Tideway.DeltaLog.Reading;
using Tideway.DeltaLog.Schema;
using Tideway.DeltaLog.Snapshots;
using Tideway.DeltaLog.Writing;
using Tideway.DuckDb;
using Tideway.ObjectStorage.Local;

namespace Tideway.CdfPublisher.Tests.Support;

/// <summary>
/// A table with rows whose every version changes some, and what changed. 1 appends, 2 deletes, 3 updates, 4 adds the column <c>note</c> or, where columns are
/// mapped, renames <c>name</c> to <c>title</c>, 5 deletes, 6 appends; with deletion vectors 5 has no change files, and 7 brings back what 5 deleted.
/// </summary>
internal sealed class ChangingTable : IDisposable
{
    private readonly DuckDbDatabase database = DuckDbDatabase.Open();
    private readonly bool vectors;
    private readonly bool mapped;

    private ChangingTable(string folder, bool vectors, bool mapped)
    {
        Folder = folder;
        this.vectors = vectors;
        this.mapped = mapped;
        Connection = database.Connect();
        TableReader.UseUtc(Connection);
        Table = new DeltaTable(new LocalObjectStore(folder), TimeProvider.System);
    }

    public string Folder { get; }

    public DeltaTable Table { get; }

    public DuckDbConnection Connection { get; }

    /// <summary>What <c>name</c> is called in the end.</summary>
    public string NameColumn => mapped ? "title" : "name";

    /// <summary>What changed, as <c>id|name|p|type|version</c>.</summary>
    public IReadOnlyList<string> Expected =>
        [
            .. Enumerable.Range(0, 6).Select(id => $"{id}|n{id}|{id % 2}|insert|1"),
            "1|n1|1|delete|2",
            "2|n2|0|update_preimage|3",
            "2|new|0|update_postimage|3",
            "3|n3|1|delete|5",
            "9|n9|1|insert|6",
            .. vectors ? ["3|n3|1|insert|7"] : Array.Empty<string>(),
        ];

    public static async Task<ChangingTable> MakeAsync(string folder, bool vectors, bool mapped, bool partitioned)
    {
        var table = new ChangingTable(Directory.CreateDirectory(folder).FullName, vectors, mapped);
        var configuration = new Dictionary<string, string> { [TableProperties.EnableChangeDataFeed] = "true" };
        if (vectors)
            configuration["delta.enableDeletionVectors"] = "true";
        if (mapped)
            configuration["delta.columnMapping.mode"] = "name";
        const string Columns = "i::INT AS id, 'n' || i AS name, (i % 2)::INT AS p";
        var writer = new DeltaTableWriter(table.Table);
        var connection = table.Connection;
        await writer.CreateAsync(DuckDbTypes.SchemaOf(connection, $"SELECT {Columns} FROM range(1) t(i)"), partitioned ? ["p"] : [], configuration);
        await writer.AppendAsync(connection, $"SELECT {Columns} FROM range(6) t(i)");
        await writer.DeleteAsync(connection, "id = 1");
        await writer.UpdateAsync(connection, new Dictionary<string, string> { ["name"] = "'new'" }, "id = 2");
        var evolution = new TableEvolution(table.Table);
        if (mapped)
            await evolution.RenameColumnAsync("name", "title");
        else
            await evolution.AddColumnAsync("note", new PrimitiveType(PrimitiveKind.String));
        await writer.DeleteAsync(connection, "id = 3");
        if (vectors)
            table.DropChangeFiles(5);
        await writer.AppendAsync(connection, $"SELECT 9::INT AS id, 'n9' AS {table.NameColumn}, 1::INT AS p");
        if (vectors)
            table.BringBack(5, 7);
        return table;
    }

    /// <summary>What is read by the library itself, in the same words.</summary>
    public List<string> Texts(string sql)
    {
        using var result = Connection.Query($"SELECT CAST(COLUMNS(*) AS VARCHAR) FROM ({sql})");
        return [.. result.Rows().Select(row => string.Join('|', row.Select(value => value ?? "~"))).Order(StringComparer.Ordinal)];
    }

    public void Dispose()
    {
        Connection.Dispose();
        database.Dispose();
    }

    private string CommitOf(int version) => Path.Combine(Folder, "_delta_log", $"{version:D20}.json");

    // As engines do that find the rows between two vectors.
    private void DropChangeFiles(int version) =>
        File.WriteAllLines(
            CommitOf(version),
            File.ReadAllLines(CommitOf(version)).Where(line => !line.StartsWith("{\"cdc\"", StringComparison.Ordinal)).ToList()
        );

    // As RESTORE does: the file with the vector goes, and the file as it was comes.
    private void BringBack(int deletion, int version)
    {
        var lines = File.ReadAllLines(CommitOf(deletion)).Select(line => JsonNode.Parse(line)!.AsObject()).ToList();
        var now = lines.Single(line => line.ContainsKey("add"))["add"]!.AsObject();
        var before = lines.Single(line => line.ContainsKey("remove"))["remove"]!.AsObject();
        var came = now.DeepClone().AsObject();
        var went = before.DeepClone().AsObject();
        (came["deletionVector"], went["deletionVector"]) = (before["deletionVector"]?.DeepClone(), now["deletionVector"]!.DeepClone());
        if (came["deletionVector"] is null)
            came.Remove("deletionVector");
        File.WriteAllLines(CommitOf(version), [new JsonObject { ["remove"] = went }.ToJsonString(), new JsonObject { ["add"] = came }.ToJsonString()]);
    }
}
