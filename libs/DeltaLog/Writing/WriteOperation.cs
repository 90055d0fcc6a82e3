using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Commit;
using Tideway.DeltaLog.Evolution;
using Tideway.DeltaLog.Features;
using Tideway.DeltaLog.Reading;
using Tideway.DeltaLog.Rules;
using Tideway.DeltaLog.Schema;
using Tideway.DeltaLog.Snapshots;
using Tideway.DuckDb;

namespace Tideway.DeltaLog.Writing;

/// <summary>One attempt to write rows on top of one version: its transaction, its new files, and what it counts.</summary>
internal sealed class WriteOperation
{
    private readonly WriteOptions options;
    private readonly DeltaTransaction transaction;
    private readonly DataFiles files;
    private readonly TableReader reader;
    private Metadata? identitiesAdvanced;
    private bool hasWork;

    public WriteOperation(DeltaTable table, Snapshot snapshot, DuckDbConnection connection, WriteOptions options, string name)
    {
        Table = table;
        Snapshot = snapshot;
        Connection = connection;
        if (options.Metadata is { } given)
            options = options with { Metadata = CompletedMetadata.Of(given, snapshot.Metadata) };
        this.options = options;
        Metadata = options.Metadata ?? snapshot.Metadata;
        Schema = options.Metadata is null ? snapshot.Schema : SchemaJson.Parse(options.Metadata.SchemaString);
        reader = new TableReader(table.Store);
        transaction = table.BeginTransaction(snapshot);
        transaction.Operation = name;
        Protocol = snapshot.Protocol;
        if (options.Metadata is not null)
        {
            transaction.UpdateMetadata(options.Metadata);
            Protocol = NewTableProtocol.With(snapshot.Protocol, Schema, Metadata.Configuration);
            if (!ReferenceEquals(Protocol, snapshot.Protocol))
                transaction.UpdateProtocol(Protocol);
            hasWork = true;
        }

        WriterRequirements.RequireRowsWritable(Protocol, Schema, table.Store.Root, snapshot.Version);
        RowColumns = RowColumns.Of(Protocol, Metadata) is { } kept && kept == RowColumns.Of(snapshot.Protocol, snapshot.Metadata) ? kept : null;
        if (RowColumns is not null)
            transaction.PreservesRowIds = true;
        Rules = RowRules.Of(connection, Protocol, Metadata, Schema, table.Store.Root);
        var mode = ColumnMapping.Of(Protocol, Metadata);
        Columns = new PhysicalColumns(Schema, Metadata.PartitionColumns, mode);
        var statistics = new StatisticsJson(StatisticsColumns.Of(Schema, mode, Metadata, snapshot.DomainMetadata));
        files = new DataFiles(table.Store, connection, Metadata, Columns, statistics, options, table.Time);

        if (options.Transaction is var (appId, version))
        {
            transaction.SetTransaction(appId, version);
            hasWork = true;
        }
    }

    public DeltaTable Table { get; }

    public Snapshot Snapshot { get; }

    public DuckDbConnection Connection { get; }

    public Metadata Metadata { get; }

    public Protocol Protocol { get; }

    public StructType Schema { get; }

    /// <summary>The columns of new files.</summary>
    public PhysicalColumns Columns { get; }

    /// <summary>The hidden columns in which rows that are written again keep their ids; <see langword="null"/> where they need not.</summary>
    public RowColumns? RowColumns { get; }

    /// <summary>What new rows must keep to.</summary>
    public RowRules Rules { get; }

    /// <summary>Whether rows are marked as deleted, and their files stay.</summary>
    public bool MarksDeletions => Protocol.Has(TableFeatures.DeletionVectors) && Metadata.IsEnabled(TableProperties.EnableDeletionVectors);

    public bool RecordsChanges => Metadata.IsEnabled(TableProperties.EnableChangeDataFeed);

    public IDictionary<string, string> Parameters => transaction.OperationParameters;

    public long RowsInserted { get; set; }

    public long RowsUpdated { get; set; }

    public long RowsDeleted { get; set; }

    private int FilesAdded { get; set; }

    private int FilesRemoved { get; set; }

    private int VectorsAdded { get; set; }

    private long RowsAdded { get; set; }

    private long BytesAdded { get; set; }

    /// <summary>The SELECT of all files of the version, by their new schema, with <c>__file</c> and <c>__row</c>.</summary>
    public Task<string> ScanAsync(CancellationToken cancellationToken) => ScanAsync(new ScanOptions { WithPositions = true }, cancellationToken);

    /// <summary>The SELECT of files of the version to be written again, by their new schema, with <c>__file</c>, <c>__row</c> and <see cref="RowColumns"/>.</summary>
    public Task<string> ScanAsync(IEnumerable<AddFile> some, CancellationToken cancellationToken) =>
        ScanAsync(
            new ScanOptions
            {
                Files = some,
                WithPositions = true,
                RowColumns = RowColumns,
            },
            cancellationToken
        );

    /// <summary>Says that only rows for which a condition holds are read, so that changes of partitions where it cannot hold are no conflict.</summary>
    public void NarrowReads(string whereSql)
    {
        if (PartitionCondition.Of(Connection, Snapshot, whereSql) is { } condition)
            transaction.ReadFilter = condition.CanHold;
    }

    /// <summary>Throws <see cref="DeltaLogError.IncompatibleSchemaChange"/> where the rows that stay do not fit the metadata to set, or nobody has looked whether they do.</summary>
    public void RequireRowsFit()
    {
        if (options.Metadata is not { } metadata)
            return;
        var before = TableConstraints.Of(Snapshot.Protocol, Snapshot.Metadata);
        var added = TableConstraints.Of(Protocol, metadata).Where(constraint => Snapshot.FileCount > 0 && !before.Contains(constraint)).ToList();
        var reason = ChangeSchema.Reason(Snapshot.Metadata, Snapshot.With(metadata));
        if (added.Count > 0)
            reason ??= $"has the new constraint '{added[0].Name}', which they were not asked for";
        if (reason is null)
            return;
        throw new DeltaLogException(
            DeltaLogError.IncompatibleSchemaChange,
            $"The rows of version {Snapshot.Version} of '{Snapshot.TableRoot}' do not fit the new schema: it {reason}."
        )
        {
            TableRoot = Snapshot.TableRoot,
            Version = Snapshot.Version,
        };
    }

    /// <summary>The version's files that lie at those paths on the disk.</summary>
    public List<AddFile> Files(IReadOnlySet<string> paths) => [.. Snapshot.Files.Where(file => paths.Contains(LocalPath(file)))];

    /// <summary>Writes the rows of a SELECT with the table's columns and adds their files; says how many rows there were, and which files.</summary>
    public Task<(long Rows, IReadOnlyList<AddFile> Files)> AddAsync(string selectSql, CancellationToken cancellationToken) =>
        AddAsync(selectSql, null, cancellationToken);

    /// <summary>Like <see cref="AddAsync(string, CancellationToken)"/>, for rows that were in the table before: the SELECT has <see cref="RowColumns"/>, too.</summary>
    public Task<(long Rows, IReadOnlyList<AddFile> Files)> AddAgainAsync(string selectSql, CancellationToken cancellationToken) =>
        AddAsync(selectSql, RowColumns, cancellationToken);

    private async Task<(long Rows, IReadOnlyList<AddFile> Files)> AddAsync(string selectSql, RowColumns? kept, CancellationToken cancellationToken)
    {
        var before = RowsAdded;
        var added = await files.WriteAsync(selectSql, kept, cancellationToken).ConfigureAwait(false);
        foreach (var file in added)
        {
            transaction.Add(file);
            FilesAdded++;
            BytesAdded += file.Size;
            RowsAdded += file.PhysicalRecords() ?? 0;
            hasWork = true;
        }

        return (RowsAdded - before, added);
    }

    /// <summary>The SELECT of rows that were just written.</summary>
    public Task<string> NewScanAsync(IReadOnlyList<AddFile> added, CancellationToken cancellationToken) =>
        reader.ScanSqlAsync(Evolved, new ScanOptions { Files = added }, cancellationToken);

    /// <summary>Marks rows of the version's files as deleted.</summary>
    /// <param name="some">The files.</param>
    /// <param name="positionsSql">A SELECT of path and position of the rows, ordered by both.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task MarkDeletedAsync(IReadOnlyCollection<AddFile> some, string positionsSql, CancellationToken cancellationToken)
    {
        var byPath = some.ToDictionary(LocalPath, file => (File: file, Rows: file.PhysicalRecords() ?? RowsIn(file)), StringComparer.Ordinal);
        using var marks = new DeletionMarks(Table.Store);
        var marked = new List<AddFile>();
        await foreach (var (path, rows) in RowPositions.ReadAsync(Connection, positionsSql, cancellationToken).ConfigureAwait(false))
        {
            var (file, physical) = byPath[path];
            if (await marks.MarkAsync(file, rows, physical, cancellationToken).ConfigureAwait(false) is { } left)
                marked.Add(left);
            Remove([file]);
        }

        if (marked.Count == 0)
            return;
        await files.WriteAsync(marks, cancellationToken).ConfigureAwait(false);
        foreach (var file in marked)
            transaction.Add(file);
        FilesAdded += marked.Count;
        VectorsAdded += marked.Count;
    }

    /// <summary>Records that values of identity columns were given out.</summary>
    public void AdvanceIdentities(IEnumerable<IdentityColumn> identities, long count)
    {
        foreach (var identity in identities.Where(_ => count > 0))
        {
            var metadata = identitiesAdvanced ?? Metadata;
            var schema = SchemaJson.Parse(metadata.SchemaString);
            var fields = schema.Fields.Select(field => field.Name == identity.Field.Name ? identity.After(count) : field);
            identitiesAdvanced = metadata with { SchemaString = SchemaJson.Write(new StructType([.. fields])) };
            transaction.UpdateMetadata(identitiesAdvanced);
        }
    }

    /// <summary>Writes the rows of a SELECT with the table's columns and <c>_change_type</c> for the change data feed.</summary>
    public async Task RecordAsync(string selectSql, CancellationToken cancellationToken)
    {
        foreach (var file in await files.WriteChangesAsync(selectSql, cancellationToken).ConfigureAwait(false))
            transaction.AddCdc(file);
    }

    /// <summary>Removes files of the version.</summary>
    public void Remove(IEnumerable<AddFile> some)
    {
        foreach (var file in some)
        {
            transaction.Remove(file);
            FilesRemoved++;
            hasWork = true;
        }
    }

    /// <summary>Marks that the operation depends on all that the version holds.</summary>
    public void DependOnTable() => transaction.ReadsTable = true;

    public async Task<WriteResult> CommitAsync(CancellationToken cancellationToken)
    {
        options.Prepare?.Invoke(transaction);
        if (!hasWork && options.Prepare is null)
            return Result(null);
        foreach (
            var (name, value) in new[]
            {
                ("numOutputRows", RowsAdded),
                ("numTargetRowsInserted", RowsInserted),
                ("numTargetRowsUpdated", RowsUpdated),
                ("numTargetRowsDeleted", RowsDeleted),
                ("numTargetRowsCopied", RowsCopied),
                ("numTargetFilesAdded", FilesAdded),
                ("numTargetFilesRemoved", FilesRemoved),
                ("numDeletionVectorsAdded", VectorsAdded),
                ("numOutputBytes", BytesAdded),
            }
        )
            transaction.OperationMetrics[name] = value.ToString();
        return Result(await transaction.CommitAsync(cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Deletes the new files again, unless they may be committed.</summary>
    public async Task DiscardAsync(Exception failure)
    {
        if (failure is not DeltaLogException { Error: DeltaLogError.CommitOutcomeUnknown })
            await files.DiscardAsync().ConfigureAwait(false);
    }

    private Task<string> ScanAsync(ScanOptions scan, CancellationToken cancellationToken)
    {
        RequireRowsFit();
        transaction.ReadsTable = true;
        return reader.ScanSqlAsync(Evolved, scan, cancellationToken);
    }

    private Snapshot Evolved => options.Metadata is { } metadata ? Snapshot.With(metadata) : Snapshot;

    private string LocalPath(AddFile file) => Table.Store.LocalPath(FilePath.Key(file.Path, Table.Store.Root))!;

    private long RowsIn(AddFile file) => reader.PhysicalRecords(Connection, file);

    private long RowsCopied => Math.Max(0, RowsAdded - RowsInserted - RowsUpdated);

    private WriteResult Result(CommitResult? commit) =>
        new()
        {
            Version = commit?.Version ?? Snapshot.Version,
            Commit = commit,
            RowsInserted = RowsInserted,
            RowsUpdated = RowsUpdated,
            RowsDeleted = RowsDeleted,
            RowsCopied = RowsCopied,
            FilesAdded = FilesAdded,
            FilesRemoved = FilesRemoved,
            BytesAdded = BytesAdded,
        };
}
