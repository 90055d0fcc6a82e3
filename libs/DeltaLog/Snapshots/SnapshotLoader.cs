using Tideway.DeltaLog.Checkpoints;
using Tideway.DeltaLog.LogSegments;
using Tideway.ObjectStorage;

namespace Tideway.DeltaLog.Snapshots;

/// <summary>Rebuilds versions from the log.</summary>
internal sealed class SnapshotLoader(IObjectStore store, CheckpointReader checkpoints)
{
    /// <summary>The version, or the latest one.</summary>
    public async Task<Snapshot> LoadAsync(long? version, CancellationToken cancellationToken)
    {
        var (segment, replay) = await SoundSegment
            .FindAsync(store, version, segment => RebuildAsync(segment, cancellationToken), cancellationToken)
            .ConfigureAwait(false);
        return await FinishAsync(replay, segment.Version, segment.LastModified, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The latest version, read from <paramref name="older"/> on. The same snapshot where nothing came after it.</summary>
    public async Task<Snapshot> UpdateAsync(Snapshot older, CancellationToken cancellationToken)
    {
        var listing = await LogListing.ReadAsync(store, older.Version, cancellationToken).ConfigureAwait(false);
        if (!Continues(listing, older))
            return await LoadAsync(null, cancellationToken).ConfigureAwait(false);
        var replay = new LogReplay(older);
        foreach (var commit in listing.Commits.Where(file => file.Version > older.Version))
            replay.ApplyCommit(await CommitFile.ReadAsync(store, commit.Info.Key, commit.Version, cancellationToken).ConfigureAwait(false));
        var newest = listing.Commits[^1];
        return newest.Version == older.Version
            ? older
            : await FinishAsync(replay, newest.Version, newest.Info.LastModified, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Everything about a version but its files, which are not read from the checkpoint.</summary>
    public async Task<TableState> LoadStateAsync(long version, CancellationToken cancellationToken)
    {
        var (_, state) = await SoundSegment
            .FindAsync(store, version, segment => LoadStateAsync(segment, version, cancellationToken), cancellationToken)
            .ConfigureAwait(false);
        return state;
    }

    /// <summary>What the segment's checkpoint and commits come to.</summary>
    public async Task<LogReplay> RebuildAsync(LogSegment segment, CancellationToken cancellationToken)
    {
        var replay = new LogReplay(store.Root);
        await ReplayAsync(segment, CheckpointContent.Everything, replay, cancellationToken).ConfigureAwait(false);
        return replay;
    }

    private async Task<TableState> LoadStateAsync(LogSegment segment, long version, CancellationToken cancellationToken)
    {
        var replay = new LogReplay(store.Root);
        await ReplayAsync(segment, CheckpointContent.WithoutFiles, replay, cancellationToken).ConfigureAwait(false);
        return replay.State(version);
    }

    private async Task ApplyCommitsAsync(LogSegment segment, LogReplay replay, CancellationToken cancellationToken)
    {
        await foreach (var actions in CompactedCommits.ReadAsync(store, segment, cancellationToken).ConfigureAwait(false))
            replay.ApplyCommit(actions);
    }

    // The commit that the older snapshot ends with must still be the same file: a table can be deleted and made anew.
    private static bool Continues(LogListing listing, Snapshot older)
    {
        if (listing.Commits is not [var first, ..] || first.Version != older.Version)
            return false;
        if (older.CommitModified is { } modified && modified != first.Info.LastModified)
            return false;
        return listing.Commits[^1].Version - first.Version == listing.Commits.Count - 1;
    }

    private async Task ReplayAsync(LogSegment segment, CheckpointContent content, LogReplay replay, CancellationToken cancellationToken)
    {
        if (segment.Checkpoint is { } checkpoint)
            await checkpoints.ReadAsync(checkpoint, content, replay, cancellationToken).ConfigureAwait(false);
        await ApplyCommitsAsync(segment, replay, cancellationToken).ConfigureAwait(false);
    }

    private async Task<Snapshot> FinishAsync(LogReplay replay, long version, DateTimeOffset modified, CancellationToken cancellationToken)
    {
        var state = replay.State(version);
        var timestamp = modified;
        var commitModified = await store.FindAsync(LogFile.CommitKey(version), cancellationToken).ConfigureAwait(false) is { } commit
            ? commit.LastModified
            : (DateTimeOffset?)null;
        if (state.HasInCommitTimestamps)
        {
            var info = replay.LastCommitInfo;
            if (info is null && commitModified is not null)
                info = await CommitFile.ReadInfoAsync(store, LogFile.CommitKey(version), version, cancellationToken).ConfigureAwait(false);
            timestamp = info?.InCommitTime ?? modified;
        }

        return new Snapshot(store.Root, version, timestamp, state, replay.Files()) { CommitModified = commitModified };
    }
}
