using Tideway.DeltaLog;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Reading;
using Tideway.DeltaLog.Schema;
using Tideway.DeltaLog.Snapshots;
using Tideway.DeltaLog.Writing;
using Tideway.ObjectStorage.Local;

namespace Tideway.InboundSync.Tests.Support;

/// <summary>A real Delta table that a provider shares.</summary>
internal sealed class SharedTable
{
    private SharedTable(string folder)
    {
        Folder = folder;
        Table = new DeltaTable(new LocalObjectStore(folder), TimeProvider.System);
    }

    public string Folder { get; private set; }

    public DeltaTable Table { get; private set; }

    public bool HistoryShared { get; set; } = true;

    public bool ChangesShared { get; set; } = true;

    public static StructType Orders { get; } =
        new([
            new StructField("id", new PrimitiveType(PrimitiveKind.Long)),
            new StructField("customer", new PrimitiveType(PrimitiveKind.String)),
            new StructField("amount", new DecimalType(10, 2)),
        ]);

    /// <summary>A SELECT of orders with the ids <paramref name="from"/> to <paramref name="to"/>.</summary>
    public static string OrdersSql(long from, long to, string customer = "acme") =>
        $"SELECT i AS id, '{customer}' AS customer, CAST(i * 1.5 AS DECIMAL(10, 2)) AS amount FROM range({from}, {to} + 1) r(i)";

    public static async Task<SharedTable> CreateAsync(
        string folder,
        StructType? schema = null,
        IReadOnlyList<string>? partitionColumns = null,
        bool changeFeed = true,
        params (string Name, string Value)[] properties
    )
    {
        var shared = new SharedTable(folder);
        await shared.CreateAsync(schema ?? Orders, partitionColumns, changeFeed, properties);
        return shared;
    }

    /// <summary>A table that is there.</summary>
    public static SharedTable Open(string folder) => new(folder);

    /// <summary>Replaces the table by another one of the same name.</summary>
    public async Task RecreateAsync(string folder, StructType? schema = null)
    {
        Folder = folder;
        Table = new DeltaTable(new LocalObjectStore(folder), TimeProvider.System);
        await CreateAsync(schema ?? Orders, null, changeFeed: true, []);
    }

    public Task<long> VersionAsync() => Table.LatestVersionAsync(TestContext.Current.CancellationToken);

    public Task AppendAsync(string select) =>
        WriteAsync((writer, connection) => writer.AppendAsync(connection, select, null, TestContext.Current.CancellationToken));

    public Task AppendOrdersAsync(long from, long to, string customer = "acme") => AppendAsync(OrdersSql(from, to, customer));

    public Task OverwriteAsync(string select, Metadata? metadata = null) =>
        WriteAsync(
            (writer, connection) => writer.OverwriteAsync(connection, select, new WriteOptions { Metadata = metadata }, TestContext.Current.CancellationToken)
        );

    public Task DeleteAsync(string where) =>
        WriteAsync((writer, connection) => writer.DeleteAsync(connection, where, null, TestContext.Current.CancellationToken));

    public Task UpdateAsync(string column, string value, string where) =>
        WriteAsync(
            (writer, connection) =>
                writer.UpdateAsync(
                    connection,
                    new Dictionary<string, string>(StringComparer.Ordinal) { [column] = value },
                    where,
                    null,
                    TestContext.Current.CancellationToken
                )
        );

    /// <summary>Writes all rows into one new file, as OPTIMIZE does: no row changes, so recipients are not told.</summary>
    public async Task OptimizeAsync()
    {
        var snapshot = await Table.LoadAsync(cancellationToken: TestContext.Current.CancellationToken);
        var scan = await new TableReader(Table.Store).ScanSqlAsync(snapshot, cancellationToken: TestContext.Current.CancellationToken);
        var name = $"optimized-{snapshot.Version + 1}.parquet";
        var path = Path.Combine(Folder, name);
        using (var connection = DuckDb.Connect())
            connection.Execute($"COPY ({scan}) TO '{path}' (FORMAT parquet)", TestContext.Current.CancellationToken);
        var transaction = Table.BeginTransaction(snapshot);
        transaction.Operation = "OPTIMIZE";
        foreach (var file in snapshot.Files)
            transaction.Remove(file, dataChange: false);
        transaction.Add(
            new AddFile
            {
                Path = name,
                Size = new FileInfo(path).Length,
                ModificationTime = 0,
                DataChange = false,
            }
        );
        await transaction.CommitAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Adds a column at the end.</summary>
    public async Task AddColumnAsync(string name, DeltaType type)
    {
        var snapshot = await Table.LoadAsync(cancellationToken: TestContext.Current.CancellationToken);
        var schema = new StructType([.. snapshot.Schema.Fields, new StructField(name, type)]);
        var transaction = Table.BeginTransaction(snapshot);
        transaction.UpdateMetadata(snapshot.Metadata with { SchemaString = SchemaJson.Write(schema) });
        var protocol = DeltaLog.Features.NewTableProtocol.With(snapshot.Protocol, schema, snapshot.Configuration);
        if (!ReferenceEquals(protocol, snapshot.Protocol))
            transaction.UpdateProtocol(protocol);
        await transaction.CommitAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Takes the change files out of the log, as if no version had written any.</summary>
    public async Task ForgetChangeFilesAsync()
    {
        foreach (var commit in Directory.EnumerateFiles(Path.Combine(Folder, "_delta_log"), "*.json"))
        {
            var lines = await File.ReadAllLinesAsync(commit, TestContext.Current.CancellationToken);
            await File.WriteAllLinesAsync(
                commit,
                lines.Where(line => !line.StartsWith("{\"cdc\"", StringComparison.Ordinal)),
                TestContext.Current.CancellationToken
            );
        }
    }

    public string PathOf(AddFile file) => Table.Store.LocalPath(FilePath.Key(file.Path, Table.Store.Root))!;

    private async Task CreateAsync(
        StructType schema,
        IReadOnlyList<string>? partitionColumns,
        bool changeFeed,
        IEnumerable<(string Name, string Value)> properties
    )
    {
        var configuration = properties.ToDictionary(pair => pair.Name, pair => pair.Value, StringComparer.Ordinal);
        if (changeFeed)
            configuration["delta.enableChangeDataFeed"] = "true";
        await new DeltaTableWriter(Table).CreateAsync(schema, partitionColumns, configuration, null, TestContext.Current.CancellationToken);
    }

    private async Task WriteAsync(Func<DeltaTableWriter, Tideway.DuckDb.DuckDbConnection, Task> write)
    {
        using var connection = DuckDb.Connect();
        await write(new DeltaTableWriter(Table), connection);
    }
}
