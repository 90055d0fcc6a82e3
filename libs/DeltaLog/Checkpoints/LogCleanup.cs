using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.LogSegments;
using Tideway.DeltaLog.Snapshots;
using Tideway.ObjectStorage;

namespace Tideway.DeltaLog.Checkpoints;

/// <summary>
/// Deletes what of the log has expired: whole days, and only what lies before a checkpoint, so that every version that is left can still be rebuilt.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#metadata-cleanup">Metadata Cleanup</see>.
/// </summary>
internal sealed class LogCleanup(IObjectStore store, TimeProvider time, DeltaTableOptions options)
{
    /// <summary>Deletes it, unless the table says no.</summary>
    public async Task RunAsync(Metadata metadata, CancellationToken cancellationToken)
    {
        if (string.Equals(metadata.Configuration.GetValueOrDefault(TableProperties.EnableExpiredLogCleanup), "false", StringComparison.OrdinalIgnoreCase))
            return;
        var cutoff = StartOfDay(time.GetUtcNow().Subtract(IntervalText.LogRetention(metadata)));
        var listing = await LogListing.ReadAsync(store, 0, cancellationToken).ConfigureAwait(false);
        if (NewestCommit(listing, cutoff) is { } commit && listing.NewestCheckpoint(commit) is { } checkpoint)
        {
            // The oldest first: wherever this stops, what is left begins somewhere and has no holes.
            foreach (var key in await ExpiredAsync(checkpoint.Version, cancellationToken).ConfigureAwait(false))
                await store.DeleteAsync(key, cancellationToken).ConfigureAwait(false);
        }

        await DeleteSidecarsAsync(cancellationToken).ConfigureAwait(false);
    }

    private static DateTimeOffset StartOfDay(DateTimeOffset moment) => new(moment.UtcDateTime.Date, TimeSpan.Zero);

    // Times of files are moved up where they do not rise, as for readers; so a commit that was touched later keeps those after it.
    private static long? NewestCommit(LogListing listing, DateTimeOffset cutoff)
    {
        long? newest = null;
        var last = DateTimeOffset.MinValue;
        foreach (var commit in listing.Commits)
        {
            var made = CommitTime.Of(commit.Info);
            last = made <= last ? last.AddMilliseconds(1) : made;
            if (last > cutoff)
                break;
            newest = commit.Version;
        }

        return newest;
    }

    private async Task<List<string>> ExpiredAsync(long checkpoint, CancellationToken cancellationToken)
    {
        var expired = new List<(long Version, string Key)>();
        await foreach (var info in store.ListAsync(LogFile.Folder, null, cancellationToken).ConfigureAwait(false))
        {
            if (info.Key.Length > LogFile.Folder.Length && info.Key[LogFile.Folder.Length] > '9')
                break;
            var file = LogFile.Parse(info);
            var isOurs = file.Kind != LogFileKind.Other || info.Key.EndsWith(".crc", StringComparison.Ordinal);
            if (isOurs && file.Version >= 0 && (file.Version < checkpoint || (file.Kind == LogFileKind.Compaction && file.Version == checkpoint)))
                expired.Add((file.Version, info.Key));
        }

        return [.. expired.OrderBy(file => file.Version).Select(file => file.Key)];
    }

    // A sidecar is put before the checkpoint that names it; a day is time enough for that.
    private async Task DeleteSidecarsAsync(CancellationToken cancellationToken)
    {
        var before = StartOfDay(time.GetUtcNow()).AddDays(-1);
        var old = new List<string>();
        await foreach (var info in store.ListAsync(SidecarNames.Folder, null, cancellationToken).ConfigureAwait(false))
        {
            if (info.LastModified < before && info.Key.EndsWith(".parquet", StringComparison.Ordinal))
                old.Add(info.Key);
        }

        if (old.Count == 0)
            return;
        var named = await NamedAsync(cancellationToken).ConfigureAwait(false);
        foreach (var key in old.Where(key => !named.Contains(key[SidecarNames.Folder.Length..])))
            await store.DeleteAsync(key, cancellationToken).ConfigureAwait(false);
    }

    private async Task<HashSet<string>> NamedAsync(CancellationToken cancellationToken)
    {
        var named = new HashSet<string>(StringComparer.Ordinal);
        var listing = await LogListing.ReadAsync(store, 0, cancellationToken).ConfigureAwait(false);
        using var transit = new TransitFolder(options);
        using var database = new CheckpointDatabase(options);
        foreach (var checkpoint in listing.CheckpointsFrom(0))
        {
            var (_, names) = await SidecarNames.ReadAsync(store, checkpoint, transit, database.Connection, cancellationToken).ConfigureAwait(false);
            named.UnionWith(names);
        }

        return named;
    }
}
