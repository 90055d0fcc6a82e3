using Tideway.DeltaLog.Commit;
using Tideway.DeltaLog.Reading;
using Tideway.DeltaLog.Schema;
using Tideway.DeltaLog.Snapshots;
using Tideway.DeltaLog.Writing;
using Tideway.DuckDb;

namespace Tideway.DeltaLog.Tests.Writing;

/// <summary>A table to write to, and a database to do it with.</summary>
internal sealed class WriterFixture : IDisposable
{
    private readonly DuckDbDatabase database = DuckDbDatabase.Open();

    public WriterFixture()
    {
        Connection = database.Connect();
        Writer = new DeltaTableWriter(Folder.Table);
    }

    public TableFolder Folder { get; } = new();

    public DeltaTable Table => Folder.Table;

    public DuckDbConnection Connection { get; }

    public DeltaTableWriter Writer { get; }

    public static (string Key, string Value) FeedOn => (TableProperties.EnableChangeDataFeed, "true");

    public DuckDbConnection NewConnection() => database.Connect();

    /// <summary>Makes a table with the columns of a SELECT.</summary>
    public async Task CreateAsync(string selectSql, string[]? partitionColumns = null, params (string Key, string Value)[] configuration) =>
        await Writer.CreateAsync(
            DuckDbTypes.SchemaOf(Connection, selectSql),
            partitionColumns,
            configuration.ToDictionary(pair => pair.Key, pair => pair.Value)
        );

    /// <summary>The rows of the latest version as text, sorted.</summary>
    public async Task<List<string>> RowsAsync(long? version = null, string[]? columns = null)
    {
        var snapshot = await Table.LoadAsync(version);
        return Texts(await new TableReader(Folder.Store).ScanSqlAsync(snapshot, new ScanOptions { Columns = columns }));
    }

    /// <summary>The rows of the latest version as text, sorted, each with the id and the commit version that it keeps.</summary>
    public async Task<List<string>> RowIdsAsync(long? version = null)
    {
        var snapshot = await Table.LoadAsync(version);
        var columns = RowColumns.Of(snapshot.Protocol, snapshot.Metadata).ShouldNotBeNull();
        return Texts(await new TableReader(Folder.Store).ScanSqlAsync(snapshot, new ScanOptions { RowColumns = columns }));
    }

    /// <summary>The row changes as text, sorted, without their time.</summary>
    public async Task<List<string>> ChangesAsync(long from, long? to = null)
    {
        var snapshot = await Table.LoadAsync(to);
        var changes = await Table.ReadChangeDataFeedAsync(from, to).ToListAsync();
        return Texts($"SELECT * EXCLUDE _commit_timestamp FROM ({await new TableReader(Folder.Store).ChangesSqlAsync(snapshot, changes)})");
    }

    public List<string> Texts(string sql)
    {
        TableReader.UseUtc(Connection);
        using var result = Connection.Query($"SELECT CAST(COLUMNS(*) AS VARCHAR) FROM ({sql})");
        return [.. result.Rows().Select(row => string.Join('|', row.Select(value => value ?? "~"))).Order(StringComparer.Ordinal)];
    }

    /// <summary>Every file below the table's folder but the log's.</summary>
    public List<string> DataFiles() =>
        [
            .. Directory
                .GetFiles(Folder.Path, "*", SearchOption.AllDirectories)
                .Select(path => Path.GetRelativePath(Folder.Path, path))
                .Where(path => !path.StartsWith("_delta_log", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal),
        ];

    public void Dispose()
    {
        Connection.Dispose();
        database.Dispose();
        Folder.Dispose();
    }
}
