using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Commit;
using Tideway.DeltaLog.Features;
using Tideway.DeltaLog.Reading;
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
    private bool hasWork;

    public WriteOperation(DeltaTable table, Snapshot snapshot, DuckDbConnection connection, WriteOptions options, string name)
    {
        this.options = options;
        Table = table;
        Snapshot = snapshot;
        Connection = connection;
        Metadata = options.Metadata ?? snapshot.Metadata;
        Schema = options.Metadata is null ? snapshot.Schema : SchemaJson.Parse(options.Metadata.SchemaString);
        reader = new TableReader(table.Store);
        WriterRequirements.RequireRowsWritable(snapshot.Protocol, Metadata, Schema, table.Store.Root, snapshot.Version);
        files = new DataFiles(table.Store, connection, Metadata, Schema, options, table.Time);
        transaction = table.BeginTransaction(snapshot);
        transaction.Operation = name;
        if (options.Metadata is not null)
        {
            transaction.UpdateMetadata(options.Metadata);
            var protocol = NewTableProtocol.With(snapshot.Protocol, Schema, Metadata.Configuration);
            if (!ReferenceEquals(protocol, snapshot.Protocol))
                transaction.UpdateProtocol(protocol);
            hasWork = true;
        }

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

    public StructType Schema { get; }

    public bool RecordsChanges => Metadata.IsEnabled(TableProperties.EnableChangeDataFeed);

    public IDictionary<string, string> Parameters => transaction.OperationParameters;

    public long RowsInserted { get; set; }

    public long RowsUpdated { get; set; }

    public long RowsDeleted { get; set; }

    private int FilesAdded { get; set; }

    private int FilesRemoved { get; set; }

    private long RowsAdded { get; set; }

    private long BytesAdded { get; set; }

    /// <summary>The SELECT of files of the version, by their new schema, with <c>__file</c> and <c>__row</c>.</summary>
    public async Task<string> ScanAsync(IEnumerable<AddFile>? some, CancellationToken cancellationToken)
    {
        RequireRowsFit();
        transaction.ReadsTable = true;
        var evolved = options.Metadata is { } metadata ? Snapshot.With(metadata) : Snapshot;
        return await reader.ScanSqlAsync(evolved, new ScanOptions { Files = some, WithPositions = true }, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Throws <see cref="DeltaLogError.IncompatibleSchemaChange"/> where the rows that stay do not fit the metadata to set.</summary>
    public void RequireRowsFit()
    {
        if (options.Metadata is { } metadata && ChangeSchema.Reason(Snapshot.Metadata, Snapshot.With(metadata)) is { } reason)
        {
            throw new DeltaLogException(
                DeltaLogError.IncompatibleSchemaChange,
                $"The rows of version {Snapshot.Version} of '{Snapshot.TableRoot}' do not fit the new schema: it {reason}."
            )
            {
                TableRoot = Snapshot.TableRoot,
                Version = Snapshot.Version,
            };
        }
    }

    /// <summary>The version's files of those paths.</summary>
    public List<AddFile> Files(IReadOnlySet<string> paths) => [.. Snapshot.Files.Where(file => paths.Contains(file.Path))];

    /// <summary>Writes the rows of a SELECT with the table's columns and adds their files; says how many rows there were.</summary>
    public async Task<long> AddAsync(string selectSql, CancellationToken cancellationToken)
    {
        var before = RowsAdded;
        foreach (var file in await files.WriteAsync(selectSql, cancellationToken).ConfigureAwait(false))
        {
            transaction.Add(file);
            FilesAdded++;
            BytesAdded += file.Size;
            RowsAdded += file.PhysicalRecords() ?? 0;
            hasWork = true;
        }

        return RowsAdded - before;
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
