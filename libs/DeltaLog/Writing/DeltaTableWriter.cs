using System.Runtime.ExceptionServices;
using System.Text.Json;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Commit;
using Tideway.DeltaLog.Evolution;
using Tideway.DeltaLog.Features;
using Tideway.DeltaLog.Schema;
using Tideway.DuckDb;

namespace Tideway.DeltaLog.Writing;

/// <summary>
/// Writes rows with DuckDB. Each method is one commit, with change data files where the table's change data feed is on. New files are complete
/// and on the disk before the commit; they are deleted when it fails, and a crash leaves only files that no version knows.
/// Besides <see cref="DeltaLogError.InvalidData"/> for rows that do not fit, everything that <see cref="DeltaTransaction.CommitAsync"/> throws may
/// come, and <see cref="DuckDbException"/> for a SELECT that fails by itself. While a method runs, the connection is its own.
/// </summary>
public sealed class DeltaTableWriter
{
    private readonly DeltaTable table;

    /// <summary>Writes to a table on local disk; <see cref="DeltaLogError.NotSupportedByStore"/> for any other.</summary>
    public DeltaTableWriter(DeltaTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        if (table.Store.LocalPath("x") is null)
        {
            throw new DeltaLogException(DeltaLogError.NotSupportedByStore, $"Rows can only be written to a table on local disk, not to '{table.Store.Root}'.")
            {
                TableRoot = table.Store.Root,
            };
        }

        this.table = table;
    }

    /// <summary>Makes an empty table, with the lowest protocol that its schema and properties need. Throws <see cref="DeltaLogError.TableExists"/>.</summary>
    public async Task<CommitResult> CreateAsync(
        StructType schema,
        IReadOnlyList<string>? partitionColumns = null,
        IReadOnlyDictionary<string, string>? configuration = null,
        WriteOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(schema);
        configuration ??= new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var column in partitionColumns ?? [])
        {
            if (schema.Fields.All(field => field.Name != column))
                throw new ArgumentException($"The schema has no column '{column}' to partition by.", nameof(partitionColumns));
        }

        var metadata =
            options?.Metadata
            ?? new Metadata
            {
                Id = Guid.CreateVersion7().ToString(),
                SchemaString = SchemaJson.Write(schema),
                PartitionColumns = partitionColumns ?? [],
                Configuration = configuration,
                CreatedTime = table.Time.GetUtcNow().ToUnixTimeMilliseconds(),
            };
        var transaction = table.BeginCreation(NewTableProtocol.For(schema, metadata.Configuration), CompletedMetadata.Of(metadata, null));
        if (options?.Transaction is var (appId, version))
            transaction.SetTransaction(appId, version);
        options?.Prepare?.Invoke(transaction);
        return await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Adds the rows of a SELECT. Its columns are matched by name; those it lacks are null.</summary>
    public Task<WriteResult> AppendAsync(
        DuckDbConnection connection,
        string selectSql,
        WriteOptions? options = null,
        CancellationToken cancellationToken = default
    ) =>
        RunAsync(
            connection,
            "WRITE",
            options,
            async operation =>
            {
                operation.Parameters["mode"] = "Append";
                operation.RequireRowsFit();
                await InsertAsync(operation, selectSql, cancellationToken).ConfigureAwait(false);
            },
            cancellationToken
        );

    /// <summary>Puts the rows of a SELECT in the place of all that the table holds.</summary>
    public Task<WriteResult> OverwriteAsync(
        DuckDbConnection connection,
        string selectSql,
        WriteOptions? options = null,
        CancellationToken cancellationToken = default
    ) =>
        RunAsync(
            connection,
            "WRITE",
            options,
            async operation =>
            {
                operation.Parameters["mode"] = "Overwrite";
                operation.DependOnTable();
                WriterRequirements.RequireRemovable(operation.Protocol, operation.Metadata, table.Store.Root);
                await InsertAsync(operation, selectSql, cancellationToken).ConfigureAwait(false);
                operation.RowsDeleted = operation.Snapshot.NumRecords ?? 0;
                operation.Remove(operation.Snapshot.Files);
            },
            cancellationToken
        );

    /// <summary>Deletes the rows for which a condition holds. Files without such rows stay as they are.</summary>
    public Task<WriteResult> DeleteAsync(
        DuckDbConnection connection,
        string whereSql,
        WriteOptions? options = null,
        CancellationToken cancellationToken = default
    ) => RunAsync(connection, "DELETE", options, operation => Rewrites.DeleteAsync(operation, whereSql, cancellationToken), cancellationToken);

    /// <summary>Changes the rows for which a condition holds: column to expression on the table's columns. Files without such rows stay as they are.</summary>
    public Task<WriteResult> UpdateAsync(
        DuckDbConnection connection,
        IReadOnlyDictionary<string, string> assignments,
        string whereSql,
        WriteOptions? options = null,
        CancellationToken cancellationToken = default
    ) => RunAsync(connection, "UPDATE", options, operation => Rewrites.UpdateAsync(operation, assignments, whereSql, cancellationToken), cancellationToken);

    /// <summary>Merges rows by key. Only files with rows that match are written again. A key that the source has twice is <see cref="DeltaLogError.InvalidData"/>.</summary>
    public Task<WriteResult> MergeAsync(
        DuckDbConnection connection,
        MergeRequest request,
        WriteOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(request);
        return RunAsync(
            connection,
            "MERGE",
            options,
            operation =>
            {
                operation.Parameters["matchedBy"] = JsonSerializer.Serialize(request.Keys, JsonText.Options);
                return Merges.MergeAsync(operation, request, cancellationToken);
            },
            cancellationToken
        );
    }

    private static async Task<IReadOnlyList<AddFile>> InsertAsync(WriteOperation operation, string selectSql, CancellationToken cancellationToken)
    {
        var source = SourceColumns.Of(operation.Connection, selectSql, operation.Table.Store.Root);
        var (rows, files) = await operation.AddAsync(source.Project(selectSql, operation.Schema, operation.Rules), cancellationToken).ConfigureAwait(false);
        operation.AdvanceIdentities(source.MissingIdentities(operation.Rules), rows);
        operation.RowsInserted = rows;
        return files;
    }

    private async Task<WriteResult> RunAsync(
        DuckDbConnection connection,
        string name,
        WriteOptions? options,
        Func<WriteOperation, Task> work,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(connection);
        options ??= new WriteOptions();
        using var session = new UtcSession(connection);
        for (var attempt = 0; ; attempt++)
        {
            var snapshot = options.Snapshot ?? await table.LoadAsync(null, cancellationToken).ConfigureAwait(false);
            if (options.Transaction is var (appId, version) && snapshot.Transactions.TryGetValue(appId, out var done) && done >= version)
                return new WriteResult { Version = snapshot.Version, AlreadyCommitted = true };
            var operation = new WriteOperation(table, snapshot, connection, options, name);
            ExceptionDispatchInfo failure;
            try
            {
                await work(operation).ConfigureAwait(false);
                return await operation.CommitAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                failure = ExceptionDispatchInfo.Capture(exception is DuckDbException cause ? WriteFailure.Translate(cause, table, snapshot) : exception);
            }

            await operation.DiscardAsync(failure.SourceException).ConfigureAwait(false);
            var isConflict = failure.SourceException is DeltaLogException { Error: DeltaLogError.Conflict };
            // Metadata was made from a version that the caller knew: on a later one it could undo somebody else's change.
            if (!isConflict || options.Snapshot is not null || options.Metadata is not null || attempt >= options.ConflictRetries)
                failure.Throw();
        }
    }
}
