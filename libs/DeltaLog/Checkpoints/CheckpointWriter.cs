using System.Globalization;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Features;
using Tideway.DeltaLog.LogSegments;
using Tideway.DeltaLog.Snapshots;
using Tideway.DuckDb;
using Tideway.ObjectStorage;

namespace Tideway.DeltaLog.Checkpoints;

/// <summary>
/// Writes checkpoints: classic ones of the V1 specification, or such of the V2 specification with sidecars where the table has the feature and asks
/// for them (<c>delta.checkpointPolicy</c> <c>v2</c>). Files stream from the older checkpoint and the commits into the new one.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#checkpoints-1">Checkpoints</see>.
/// </summary>
internal sealed class CheckpointWriter(IObjectStore store, SnapshotLoader snapshots, TimeProvider time, DeltaTableOptions options)
{
    private const long SidecarBytes = 64L * 1024 * 1024;

    private readonly LogCleanup cleanup = new(store, time, options);

    /// <summary>Writes the checkpoint of a version that is committed, points at it, and deletes what of the log has expired.</summary>
    public async Task WriteAsync(long version, CancellationToken cancellationToken)
    {
        var segment = await LogSegment.FindAsync(store, version, cancellationToken).ConfigureAwait(false);
        var (state, _) = await snapshots.LoadStateAsync(version, cancellationToken).ConfigureAwait(false);
        if (segment.Checkpoint?.Version != version)
        {
            ProtocolRequirements.RequireWritable(state.Protocol, FeatureSupport.Commit, store.Root, version);
            var written = await WriteAsync(segment, state, cancellationToken).ConfigureAwait(false);
            if (await LastCheckpoint.FindVersionAsync(store, cancellationToken).ConfigureAwait(false) is not { } known || known <= version)
                await LastCheckpoint.WriteAsync(store, version, written.Actions, written.Bytes, written.Files, cancellationToken).ConfigureAwait(false);
        }

        await cleanup.RunAsync(state.Metadata, cancellationToken).ConfigureAwait(false);
    }

    private static bool WantsV2(TableState state) =>
        state.Protocol.Has(TableFeatures.V2Checkpoint)
        && string.Equals(state.Metadata.Configuration.GetValueOrDefault(TableProperties.CheckpointPolicy), "v2", StringComparison.OrdinalIgnoreCase);

    private static IEnumerable<DeltaAction> Others(TableState state, long expired) =>
        state
            .Transactions.Values.Where(transaction => (transaction.LastUpdated ?? long.MaxValue) > expired)
            .OrderBy(transaction => transaction.AppId, StringComparer.Ordinal)
            .Cast<DeltaAction>()
            .Concat(state.Domains.Values.OrderBy(domain => domain.Domain, StringComparer.Ordinal))
            .Prepend(state.Metadata)
            .Prepend(state.Protocol);

    private static async Task WriteLinesAsync(string path, IEnumerable<DeltaAction> actions, CancellationToken cancellationToken) =>
        await File.WriteAllBytesAsync(path, ActionWriter.Write(actions).ToArray(), cancellationToken).ConfigureAwait(false);

    private async Task<Written> WriteAsync(LogSegment segment, TableState state, CancellationToken cancellationToken)
    {
        using var transit = new TransitFolder(options);
        using var database = new CheckpointDatabase(options);
        using var log = await ReconciledLog.OpenAsync(store, segment, transit, database.Connection, cancellationToken).ConfigureAwait(false);
        var now = time.GetUtcNow();
        var removedSince = now.Subtract(IntervalText.Retention(state.Metadata)).ToUnixTimeMilliseconds() + 1;
        var adds = CheckpointFileColumns.Add(log.ActiveSql, state);
        var removes = CheckpointFileColumns.Remove(log.RemovedSql(removedSince));
        var others = Others(state, TransactionExpiry(state, now));
        return WantsV2(state)
            ? await WriteV2Async(segment, others, [adds, removes], log, transit, cancellationToken).ConfigureAwait(false)
            : await WriteClassicAsync(segment.Version, others, [adds, removes], log, transit, cancellationToken).ConfigureAwait(false);
    }

    // See delta.setTransactionRetentionDuration: unless set, transactions never expire.
    private static long TransactionExpiry(TableState state, DateTimeOffset now) =>
        state.Metadata.Configuration.TryGetValue(TableProperties.TransactionRetention, out var text) && IntervalText.Parse(text) is { } interval
            ? now.Subtract(interval).ToUnixTimeMilliseconds()
            : long.MinValue;

    private async Task<Written> WriteClassicAsync(
        long version,
        IEnumerable<DeltaAction> others,
        string[] files,
        ReconciledLog log,
        TransitFolder transit,
        CancellationToken cancellationToken
    )
    {
        var json = transit.NewFile(".json");
        await WriteLinesAsync(json, others, cancellationToken).ConfigureAwait(false);
        var parquet = transit.NewFile(".parquet");
        await RunAsync(log, CheckpointSql.Copy(parquet, null, [CheckpointSql.Others(json, v2: false), .. files]), cancellationToken).ConfigureAwait(false);
        var counts = await CountAsync(log, [parquet], cancellationToken).ConfigureAwait(false);
        await PutFirstAsync(LogFile.CheckpointKey(version), parquet, cancellationToken).ConfigureAwait(false);
        return new Written(counts.Actions, new FileInfo(parquet).Length, counts.Files);
    }

    // Sidecars first: until the file that names them is there, they are only leftovers for the clean-up.
    private async Task<Written> WriteV2Async(
        LogSegment segment,
        IEnumerable<DeltaAction> others,
        string[] files,
        ReconciledLog log,
        TransitFolder transit,
        CancellationToken cancellationToken
    )
    {
        var version = segment.Version;
        var folder = transit.NewFolder();
        Directory.CreateDirectory(folder);
        await RunAsync(log, CheckpointSql.Copy(Path.Combine(folder, "0"), SidecarBytes, files), cancellationToken).ConfigureAwait(false);
        var parts = Directory.GetFiles(folder, "*.parquet", SearchOption.AllDirectories);
        var counts = await CountAsync(log, parts, cancellationToken).ConfigureAwait(false);
        var sidecars = new List<Sidecar>();
        foreach (var part in counts.Actions > 0 ? parts : [])
            sidecars.Add(await PutSidecarAsync(part, cancellationToken).ConfigureAwait(false));

        var json = transit.NewFile(".json");
        var lines = others.Append(new CheckpointMetadata { Version = version }).Concat(sidecars).ToList();
        await WriteLinesAsync(json, lines, cancellationToken).ConfigureAwait(false);
        var parquet = transit.NewFile(".parquet");
        await RunAsync(log, CheckpointSql.Copy(parquet, null, CheckpointSql.Others(json, v2: true)), cancellationToken).ConfigureAwait(false);
        await PutAsync(LogFile.UuidCheckpointKey(version, Guid.CreateVersion7()), parquet, cancellationToken).ConfigureAwait(false);
        // Clients that do not know the feature see the classic name only, and learn from it that they may not read the table.
        var listing = await LogListing.ReadAsync(store, 0, cancellationToken).ConfigureAwait(false);
        if (!listing.HasClassicCheckpoint)
            await PutFirstAsync(LogFile.CheckpointKey(version), parquet, cancellationToken).ConfigureAwait(false);
        var bytes = new FileInfo(parquet).Length + sidecars.Sum(sidecar => sidecar.SizeInBytes);
        return new Written(counts.Actions + lines.Count, bytes, counts.Files);
    }

    private async Task<Sidecar> PutSidecarAsync(string part, CancellationToken cancellationToken)
    {
        var name = $"{Guid.CreateVersion7()}.parquet";
        await PutAsync(SidecarNames.Folder + name, part, cancellationToken).ConfigureAwait(false);
        var info = await store.FindAsync(SidecarNames.Folder + name, cancellationToken).ConfigureAwait(false);
        return new Sidecar
        {
            Path = name,
            SizeInBytes = new FileInfo(part).Length,
            ModificationTime = (info?.LastModified ?? time.GetUtcNow()).ToUnixTimeMilliseconds(),
        };
    }

    // What another wrote at the same time says the same, and stays: a reader opens a file more than once, and must not find another one in between.
    private async Task PutFirstAsync(string key, string path, CancellationToken cancellationToken)
    {
        try
        {
            var content = File.OpenRead(path);
            await using (content.ConfigureAwait(false))
                await store.PutIfAbsentAsync(key, content, cancellationToken).ConfigureAwait(false);
        }
        catch (ObjectStorageException exception) when (exception.Error == ObjectStorageError.Unsupported)
        {
            await PutAsync(key, path, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task PutAsync(string key, string path, CancellationToken cancellationToken)
    {
        var content = File.OpenRead(path);
        await using (content.ConfigureAwait(false))
            await store.PutAsync(key, content, cancellationToken).ConfigureAwait(false);
    }

    private async Task RunAsync(ReconciledLog log, string sql, CancellationToken cancellationToken)
    {
        try
        {
            await Task.Run(() => log.Connection.Execute(sql, cancellationToken), cancellationToken).ConfigureAwait(false);
        }
        catch (DuckDbException exception) when (exception.Error is not (DuckDbError.Io or DuckDbError.OutOfMemory or DuckDbError.Interrupt))
        {
            throw new DeltaLogException(DeltaLogError.CorruptLog, $"The log of '{store.Root}' cannot be read: {exception.Message}", exception)
            {
                TableRoot = store.Root,
            };
        }
    }

    private static Task<(long Actions, long Files)> CountAsync(ReconciledLog log, IReadOnlyCollection<string> files, CancellationToken cancellationToken) =>
        Task.Run(
            () =>
            {
                using var result = log.Connection.Query($"SELECT count(*), count(\"add\".path) FROM {CheckpointSql.From(files)}", cancellationToken);
                var row = result.Rows(cancellationToken).Single();
                return (Convert.ToInt64(row[0], CultureInfo.InvariantCulture), Convert.ToInt64(row[1], CultureInfo.InvariantCulture));
            },
            cancellationToken
        );

    private readonly record struct Written(long Actions, long Bytes, long Files);
}
