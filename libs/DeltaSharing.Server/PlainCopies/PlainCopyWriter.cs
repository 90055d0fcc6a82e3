using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Tideway.DeltaLog;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Changes;
using Tideway.DeltaLog.Reading;
using Tideway.DeltaLog.Snapshots;
using Tideway.DuckDb;
using Tideway.ObjectStorage;

namespace Tideway.DeltaSharing.Server.PlainCopies;

/// <summary>Writes files again as plain Parquet. However many ask for a file at a time, it is written once.</summary>
internal sealed partial class PlainCopyWriter(PlainCopyPlace place, IOptions<PlainCopyOptions> options, ILogger<PlainCopyWriter> logger) : IDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<SharedWork>> underway = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim turns = new(options.Value.AtOnce);
    private readonly Lazy<DuckDbDatabase> database = new(() => Open(options.Value));

    /// <summary>The length of a file's copy, which is written unless it is there.</summary>
    public async ValueTask<long> EnsureAsync(PlainTable table, PlainItem item, CancellationToken cancellationToken)
    {
        var key = item.View.KeyOf(item.File);
        if (await place.Current.UseAsync(key, cancellationToken) is { } size)
            return size;
        // A caller that goes away must not end the writing for the others.
        var work = underway.GetOrAdd(
            key,
            _ => new Lazy<SharedWork>(() =>
                new SharedWork(Task.Run(() => WriteAsync(table, item, key)), exception => NotWritten(logger, exception, item.File.Path, table.FullName))
            )
        );
        await work.Value.WaitAsync(cancellationToken);
        return await place.Current.UseAsync(key, cancellationToken) ?? throw new IOException($"The copy {key} was removed as soon as it was written.");
    }

    public void Dispose()
    {
        turns.Dispose();
        if (database.IsValueCreated)
            database.Value.Dispose();
    }

    private async Task WriteAsync(PlainTable table, PlainItem item, string key)
    {
        await turns.WaitAsync();
        var local = new List<string>();
        try
        {
            if (await place.Current.UseAsync(key, CancellationToken.None) is not null)
                return;
            var sql = await ReadAsync(table.Table.Store, item, local);
            var making = place.Current.Begin();
            local.Add(making);
            using (var connection = database.Value.Connect())
            {
                // Every reader of Parquet knows this compression.
                var rows = connection.ExecuteCount($"COPY ({sql}) TO {SqlText.Literal(making)} (FORMAT parquet, COMPRESSION snappy)", CancellationToken.None);
                if (rows == 0 && item.File.Within is not null)
                    File.WriteAllBytes(making, []);
            }

            if (!await place.Current.FinishAsync(making, key, CancellationToken.None))
                throw new PlainCopyRoomException($"The place of plain copies is full: at most {options.Value.MaxBytes} bytes, all of them in use.");
            Telemetry.PlainCopies.Add(1);
        }
        finally
        {
            foreach (var file in local)
                File.Delete(file);
            turns.Release();
            underway.TryRemove(key, out _);
        }
    }

    // Told apart from what is missing where copies are kept, which is nothing that a client could know of.
    private async Task<string> ReadAsync(IObjectStore store, PlainItem item, List<string> local)
    {
        try
        {
            return await SqlAsync(new TableReader(store), item, await BringAsync(store, item.File, local));
        }
        catch (ObjectStorageException exception) when (exception.Error == ObjectStorageError.NotFound)
        {
            throw new DeltaLogException(DeltaLogError.DataFileMissing, exception.Message, exception) { TableRoot = store.Root };
        }
    }

    // DuckDB reads local files: what lies elsewhere is brought here for the moment. Deletion vectors are read through the store.
    private async Task<Func<string, string>?> BringAsync(IObjectStore store, PlainFile file, List<string> local)
    {
        var key = FilePath.Key(file.Path, store.Root);
        if (store.LocalPath(key) is { } here)
            return File.Exists(here) ? null : throw new ObjectStorageException(ObjectStorageError.NotFound, $"Expected the file '{here}', found none.");
        var path = place.Current.Begin();
        local.Add(path);
        await using var copy = File.Create(path);
        await using var content = await store.OpenReadAsync(key);
        await content.CopyToAsync(copy);
        return _ => path;
    }

    private static async Task<string> SqlAsync(TableReader reader, PlainItem item, Func<string, string>? localPath)
    {
        var (view, file) = (item.View, item.File);
        var scan = new ScanOptions { Columns = view.DataColumns, LocalPath = localPath };
        if (file is { Action: AddFile add, Within: null, InForce: null })
            return await reader.ScanSqlAsync(view.Snapshot, scan with { Files = [add] });
        // The rows that a version would delete that made one vector of the other; all rows of the file where there is but one.
        var data = new AddFile
        {
            Path = file.Path,
            Size = file.Size ?? 0,
            ModificationTime = 0,
            DataChange = true,
            DeletionVector = file.Within ?? file.Without,
        };
        var changes = new VersionChanges
        {
            Version = view.Snapshot.Version,
            Timestamp = DateTimeOffset.UnixEpoch,
            Metadata = file.InForce,
            CdcFiles = file.Action is AddCdcFile cdc ? [cdc] : [],
            Adds = file.Action is AddCdcFile ? [] : [data],
            Removes = file.Within is null ? [] : [(data with { DeletionVector = file.Without }).Remove(0)],
        };
        var sql = await reader.ChangesSqlAsync(view.Snapshot, [changes], scan);
        var columns = string.Join(", ", view.DataColumns.Concat(file.Action is AddCdcFile ? ["_change_type"] : []).Select(SqlText.Identifier));
        return $"SELECT {columns} FROM ({sql}){(file.Within is null ? "" : " WHERE _change_type = 'delete'")}";
    }

    [LoggerMessage(281, LogLevel.Warning, "The file {Path} of {Table} could not be written again as plain Parquet, and nobody is left who asked for it")]
    private static partial void NotWritten(ILogger logger, Exception exception, string path, string table);

    private static DuckDbDatabase Open(PlainCopyOptions options) =>
        DuckDbDatabase.Open(
            new DuckDbOptions
            {
                MemoryLimitBytes = options.MemoryBytes,
                Threads = options.AtOnce,
                PreserveInsertionOrder = false,
            }
        );
}

/// <summary>There is no room for a copy, and none can be removed.</summary>
internal sealed class PlainCopyRoomException(string message) : Exception(message);
