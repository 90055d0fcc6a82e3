using Tideway.DeltaLog.Reading;
using Tideway.DeltaLog.Schema;
using Tideway.DeltaLog.Snapshots;
using Tideway.DeltaLog.Writing;
using Tideway.DuckDb;
using Tideway.ObjectStorage.Local;

namespace Tideway.DeltaLog.CrossCheck.Tests.Engine;

/// <summary>A table in a folder of its own that both engines read and write.</summary>
internal sealed class CrossCheckFixture : IDisposable
{
    private readonly string parent = Directory.CreateTempSubdirectory("tideway-cross-").FullName;
    private readonly DuckDbDatabase database = DuckDbDatabase.Open();
    private readonly IndependentEngine engine;

    public CrossCheckFixture(IndependentEngine engine, string? folder = null)
    {
        IndependentEngine.Require();
        this.engine = engine;
        Folder = folder ?? Path.Combine(parent, "table");
        Connection = database.Connect();
        TableReader.UseUtc(Connection);
        Store = new LocalObjectStore(Folder);
        Table = new DeltaTable(Store, TimeProvider.System);
        Writer = new DeltaTableWriter(Table);
        Comparison = new RowComparison(Connection, engine, parent);
    }

    public string Folder { get; }

    public LocalObjectStore Store { get; }

    public DeltaTable Table { get; }

    public DeltaTableWriter Writer { get; }

    public DuckDbConnection Connection { get; }

    public RowComparison Comparison { get; }

    /// <summary>Makes a table with the columns of a SELECT and puts its rows into it.</summary>
    public async Task CreateAsync(string selectSql, string[]? partitionColumns = null, params (string Key, string Value)[] configuration)
    {
        await Writer.CreateAsync(
            DuckDbTypes.SchemaOf(Connection, selectSql),
            partitionColumns,
            configuration.ToDictionary(pair => pair.Key, pair => pair.Value)
        );
        await Writer.AppendAsync(Connection, selectSql);
    }

    /// <summary>Lets the other engine append rows.</summary>
    public Task TheyInsertAsync(string selectSql) =>
        engine.QueryAsync($"INSERT INTO FUNCTION {EngineSql.Table(Folder)} {selectSql} SETTINGS allow_delta_lake_writes = 1, session_timezone = 'UTC'");

    /// <summary>Fails unless both engines read the same rows of every version.</summary>
    public async Task SameRowsInEveryVersionAsync()
    {
        var latest = await Table.LatestVersionAsync();
        for (var version = 0L; version <= latest; version++)
            await SameRowsAsync(version);
    }

    /// <summary>Fails unless both engines read the same rows.</summary>
    public async Task SameRowsAsync(long? version = null)
    {
        var snapshot = await Table.LoadAsync(version);
        await Comparison.SameAsync(await SqlAsync(snapshot), snapshot.Schema, EngineSql.Rows(Folder, version), $"version {snapshot.Version}");
    }

    /// <summary>Fails unless both engines read the same changes.</summary>
    public async Task SameChangesAsync(long from, long to)
    {
        var snapshot = await Table.LoadAsync(to);
        var versions = new List<Changes.VersionChanges>();
        await foreach (var version in Table.ReadChangeDataFeedAsync(from, to))
            versions.Add(version);
        var ours = await new TableReader(Store).ChangesSqlAsync(snapshot, versions);
        var schema = new StructType([
            .. snapshot.Schema.Fields,
            new StructField("_change_type", new PrimitiveType(PrimitiveKind.String)),
            new StructField("_commit_version", new PrimitiveType(PrimitiveKind.Long)),
        ]);
        await Comparison.SameAsync(ours, schema, EngineSql.Changes(Folder, from, to), $"changes {from} to {to}");
    }

    public Task<string> SqlAsync(Snapshot snapshot) => new TableReader(Store).ScanSqlAsync(snapshot);

    public void Dispose()
    {
        Connection.Dispose();
        database.Dispose();
        Directory.Delete(parent, recursive: true);
    }
}
