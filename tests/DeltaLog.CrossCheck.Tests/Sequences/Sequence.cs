using Tideway.DeltaLog.Commit;
using Tideway.DeltaLog.CrossCheck.Tests.Engine;
using Tideway.DeltaLog.Maintenance;
using Tideway.DeltaLog.Reading;
using Tideway.DeltaLog.Snapshots;
using Tideway.DeltaLog.Writing;
using Tideway.DuckDb;
using Tideway.ObjectStorage;
using Tideway.ObjectStorage.Local;

namespace Tideway.DeltaLog.CrossCheck.Tests.Sequences;

/// <summary>
/// Operations drawn from a seed, each one commit. Step n depends on the seed, n and the model only, so that another process can go on with
/// the sequence where one broke off; the transaction in each commit says how far it got.
/// </summary>
internal sealed class Sequence(int seed, string folder, DuckDbConnection connection)
{
    private const string AppId = "sequence";

    private readonly LocalObjectStore store = new(folder);
    private readonly List<string> history = [];

    public TableModel Model { get; } = new();

    public TableShape Shape { get; } = TableShape.Draw(new Random(seed));

    public string Story => $"seed {seed}, {Shape}\n{string.Join('\n', history)}";

    /// <summary>The latest version, as the model has it.</summary>
    public int Latest => Model.Versions.Count - 1;

    /// <summary>The table, read and written without mishap.</summary>
    public DeltaTable Table => new(store, TimeProvider.System);

    public async Task CreateAsync()
    {
        await new DeltaTableWriter(Table).CreateAsync(Shape.Schema, Shape.PartitionColumns, Shape.Configuration);
        Model.Commit([], []);
        history.Add("create");
    }

    /// <summary>Lets the model know of the steps that an earlier process did, without doing them.</summary>
    public void Skip(int steps)
    {
        if (Model.Versions.Count == 0)
            Model.Commit([], []);
        for (var step = Model.Versions.Count - 1; step < steps; step++)
            Draw(step).Apply(Model);
    }

    /// <summary>Does a step. Where <paramref name="crash"/> is given, the store may fail meanwhile; the step is then done or not, but not half.</summary>
    public async Task StepAsync(int step, FailingStore? crash = null)
    {
        var operation = Draw(step);
        history.Add($"{step}: {operation.Name}");
        var table = new DeltaTable(crash ?? (IObjectStore)store, TimeProvider.System);
        var options = new WriteOptions { Transaction = (AppId, step) };
        try
        {
            await operation.Write(new DeltaTableWriter(table), connection, options);
        }
        catch (Exception exception) when (crash?.HasFailed == true)
        {
            history.Add($"   failed: {exception.GetType().Name} {exception.Message}");
            var done = await DoneAsync();
            if (exception is ObjectStorageException && !crash.IsDead)
                done.ShouldBe(step - 1, $"an operation that fails with a known outcome leaves nothing behind\n{Story}");
            if (done < step)
            {
                history.Add("   again");
                await operation.Write(new DeltaTableWriter(Table), connection, options);
            }
        }

        operation.Apply(Model);
    }

    /// <summary>Looks after the table in a random way that changes no row: compacts it, writes a checkpoint, changes its columns.</summary>
    public async Task MaintainAsync(Random random, FailingStore? crash = null)
    {
        var upkeep = Upkeep.Draw(random, Model, Shape);
        history.Add($"   {upkeep.Name}");
        if (upkeep.DeletesFiles)
            Model.ForgetOlder();
        try
        {
            await upkeep.Run(new DeltaTable(crash ?? (IObjectStore)store, TimeProvider.System), connection);
        }
        catch (Exception exception) when (crash?.HasFailed == true)
        {
            history.Add($"   failed: {exception.GetType().Name} {exception.Message}");
        }

        var latest = await Table.LoadAsync();
        if (latest.Version > Latest)
            upkeep.Apply(Model);
        while (latest.Version > Latest)
            Model.Commit(Model.Rows, []);
    }

    /// <summary>Deletes what no version needs, and fails unless the latest version reads as before and nothing else is left.</summary>
    public async Task CleanAsync(IndependentEngine engine)
    {
        var table = Table;
        Model.ForgetOlder();
        await new TableVacuum(table).RunAsync(
            new VacuumOptions
            {
                Retention = TimeSpan.Zero,
                Force = true,
                RecordInHistory = false,
            }
        );
        var snapshot = await table.LoadAsync();
        var needed = snapshot.Files.Select(file => FilePath.Key(file.Path, snapshot.TableRoot)).ToHashSet(StringComparer.Ordinal);
        Directory
            .EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(folder, path).Replace('\\', '/'))
            .Where(key => !key.StartsWith("_delta_log/", StringComparison.Ordinal) && !key.StartsWith("_change_data/", StringComparison.Ordinal))
            .Where(key => !needed.Contains(key) && !key.EndsWith(".bin", StringComparison.Ordinal))
            .ShouldBeEmpty(Story);
        await CheckRowsAsync(Latest);
        await CheckRowsAsync(Latest, engine);
    }

    /// <summary>The last step that is in the table; -1 where there is none.</summary>
    public async Task<int> DoneAsync() => (await Table.LoadAsync()).Transactions.TryGetValue(AppId, out var done) ? (int)done : -1;

    /// <summary>Fails unless our reader gives the model's rows and changes of a version.</summary>
    public async Task CheckAsync(int version)
    {
        await CheckRowsAsync(version);
        var expected = Model.Versions[version];
        var snapshot = await Table.LoadAsync(version);
        var reader = new TableReader(store);
        await CheckRowIdsAsync(snapshot);
        // What a version took away may be deleted with what it replaced.
        if (version <= Model.FirstWhole)
            return;
        var changes = new List<Changes.VersionChanges>();
        await foreach (var change in Table.ReadChangeDataFeedAsync(version, version))
            changes.Add(change);
        var columns = string.Join(", ", expected.ChangeColumns.Select(column => SqlText.Identifier(column.Name)));
        expected
            .Comparable(Lines($"SELECT {columns}, _change_type FROM ({await reader.ChangesSqlAsync(snapshot, changes)})"))
            .ShouldBe(expected.Changes, $"changes of version {version}\n{Story}");
    }

    /// <summary>Fails unless the other engine gives the model's rows and changes of a version.</summary>
    public async Task CheckAsync(int version, IndependentEngine engine)
    {
        await CheckRowsAsync(version, engine);
        if (version <= Model.FirstWhole || Model.Versions[version].IsNarrower)
            return;
        var expected = Model.Versions[version];
        var texts = string.Join(", ", expected.ChangeColumns.Select(column => $"toString({EngineSql.Name(column.Name)})"));
        var changes = await engine.QueryAsync($"SELECT {texts}, _change_type FROM ({EngineSql.Changes(folder, version, version)})");
        expected.Comparable(EngineLines.Of(changes)).ShouldBe(expected.Changes, $"their changes of version {version}\n{Story}");
    }

    // No two rows have the same id.
    private async Task CheckRowIdsAsync(Snapshot snapshot)
    {
        if (RowColumns.Of(snapshot.Protocol, snapshot.Metadata) is not { } columns)
            return;
        var sql = await new TableReader(store).ScanSqlAsync(snapshot, new ScanOptions { RowColumns = columns });
        TableReader.UseUtc(connection);
        connection
            .Scalar<long>($"SELECT count(*) - count(DISTINCT {SqlText.Identifier(columns.Id)}) FROM ({sql})")
            .ShouldBe(0, $"row ids of version {snapshot.Version}\n{Story}");
    }

    private async Task CheckRowsAsync(int version)
    {
        var sql = await new TableReader(store).ScanSqlAsync(await Table.LoadAsync(version));
        Lines(sql).ShouldBe(Model.Versions[version].RowLines(), $"rows of version {version}\n{Story}");
    }

    private async Task CheckRowsAsync(int version, IndependentEngine engine)
    {
        var expected = Model.Versions[version];
        var texts = string.Join(", ", expected.Columns.Select(column => $"toString({EngineSql.Name(column.Name)})"));
        var rows = await engine.QueryAsync($"SELECT {texts} FROM ({EngineSql.Rows(folder, version)})");
        EngineLines.Of(rows).ShouldBe(expected.RowLines(), $"their rows of version {version}\n{Story}");
    }

    private Operation Draw(int step) => Operation.Draw(new Random((seed * 1000) + step), Model);

    private List<string> Lines(string sql)
    {
        TableReader.UseUtc(connection);
        using var result = connection.Query($"SELECT CAST(COLUMNS(*) AS VARCHAR) FROM ({sql})");
        return [.. result.Rows().Select(row => string.Join('|', row.Select(value => value ?? "~"))).Order(StringComparer.Ordinal)];
    }
}
