using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;
using Tideway.DeltaLog;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Reading;
using Tideway.DeltaLog.Snapshots;
using Tideway.DeltaSharing.Protocol;
using Tideway.DeltaSharing.Server.Answers;
using Tideway.DeltaSharing.Server.Tables;
using Tideway.DuckDb;
using Tideway.ObjectStorage;
using Tideway.ShareRegistry.Catalog;
using Tideway.ShareRegistry.Tables;

namespace Tideway.ShareRegistry.PlainCopies;

/// <summary>
/// Writes the files of a version again as plain Parquet, for clients that read nothing else: into a folder of our own, never into an owner's. However many
/// ask for a file at a time, it is written once.
/// </summary>
internal sealed class PlainCopyWriter(PlainCopyFolder folder, StorageRoots roots, IOptions<PlainCopyOptions> options) : IDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<Task>> underway = new(StringComparer.Ordinal);
    private readonly ConditionalWeakTable<Snapshot, PlainView> views = [];
    private readonly SemaphoreSlim turns = new(options.Value.AtOnce);
    private readonly Lazy<DuckDbDatabase> database = new(() => Open(options.Value));

    /// <summary>Where the copies are, for signing.</summary>
    public StorageLocation Location => roots.Locate(PlainCopyOptions.RootName, "");

    /// <summary>The version as such a client sees it; null where it gets none, because it was not allowed or cannot be written plainly.</summary>
    public PlainView? Find(GrantedTable granted, ServedTable table, Snapshot snapshot) =>
        folder.Folder is not null && granted.PlainCopies && PlainFormat.CanBeCopied(snapshot)
            ? views.GetValue(snapshot, version => new PlainView(version, table.Location.Uri))
            : null;

    /// <summary>Writes the copies that are not there yet; a refusal where there is no room for them.</summary>
    public async Task<ProtocolRefusal?> EnsureAsync(
        GrantedTable granted,
        ServedTable table,
        PlainView view,
        IEnumerable<AddFile> files,
        CancellationToken cancellationToken
    )
    {
        var wanted = files.Where(view.NeedsCopy).ToList();
        if (wanted.Sum(file => file.Size) > options.Value.MaxBytes)
        {
            return ProtocolRefusals.Unsupported(
                $"Unsupported Delta Table Properties: {granted.FullName} is too large to be written again for the response format parquet. "
                    + "A client that takes the response format delta can read it."
            );
        }

        try
        {
            var parallel = new ParallelOptions { MaxDegreeOfParallelism = options.Value.AtOnce, CancellationToken = cancellationToken };
            await Parallel.ForEachAsync(wanted, parallel, async (file, token) => await EnsureAsync(table, view, file, token));
            return null;
        }
        catch (DeltaLogException exception) when (exception.Error == DeltaLogError.NotSupportedByStore)
        {
            return PlainFormat.Refuse(granted.FullName, view.Snapshot.Version, "its files cannot be written again from where they are kept") with
            {
                OperatorMessage = exception.Message,
            };
        }
        catch (PlainCopyRoomException exception)
        {
            return new ProtocolRefusal(503, ErrorCodes.TemporarilyUnavailable, $"There is no room to prepare {granted.FullName} just now. Try again later.")
            {
                RetryAfter = TimeSpan.FromMinutes(5),
                OperatorMessage = exception.Message,
            };
        }
    }

    /// <summary>What is told of a file's copy.</summary>
    public async ValueTask<AddFile> DescribeAsync(ServedTable table, PlainView view, AddFile file, CancellationToken cancellationToken)
    {
        var key = view.KeyOf(file);
        if (folder.Use(key) is { } size)
            return view.Describe(file, key, size);
        await EnsureAsync(table, view, file, cancellationToken);
        return view.Describe(file, key, folder.Use(key) ?? throw new IOException($"The copy {key} was removed as soon as it was written."));
    }

    public void Dispose()
    {
        turns.Dispose();
        if (database.IsValueCreated)
            database.Value.Dispose();
    }

    private async Task EnsureAsync(ServedTable table, PlainView view, AddFile file, CancellationToken cancellationToken)
    {
        var key = view.KeyOf(file);
        if (folder.Use(key) is not null)
            return;
        // A caller that goes away must not end the writing for the others.
        var work = underway.GetOrAdd(key, _ => new Lazy<Task>(() => Task.Run(() => WriteAsync(table, view, file, key))));
        await work.Value.WaitAsync(cancellationToken);
    }

    private async Task WriteAsync(ServedTable table, PlainView view, AddFile file, string key)
    {
        await turns.WaitAsync();
        string? making = null;
        try
        {
            if (folder.Use(key) is not null)
                return;
            making = folder.Begin();
            var scan = new ScanOptions { Columns = view.DataColumns, Files = [file] };
            var sql = await new TableReader(table.Table.Store).ScanSqlAsync(view.Snapshot, scan);
            using var connection = database.Value.Connect();
            // Every reader of Parquet knows this compression.
            connection.Execute($"COPY ({sql}) TO {SqlText.Literal(making)} (FORMAT parquet, COMPRESSION snappy)");
            if (!folder.Finish(making, key))
                throw new PlainCopyRoomException($"The folder of plain copies is full: at most {options.Value.MaxBytes} bytes, all of them in use.");
            Telemetry.PlainCopies.Add(1);
        }
        finally
        {
            if (making is not null)
                File.Delete(making);
            turns.Release();
            underway.TryRemove(key, out _);
        }
    }

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
