using Tideway.DeltaLog.Checkpoints;
using Tideway.DeltaLog.LogSegments;
using Tideway.ObjectStorage;

namespace Tideway.DeltaLog.Snapshots;

/// <summary>Rebuilds versions from the log.</summary>
internal sealed class SnapshotLoader(IObjectStore store, CheckpointReader checkpoints, TimeProvider time)
{
    /// <summary>The version, or the latest one.</summary>
    public async Task<Snapshot> LoadAsync(long? version, CancellationToken cancellationToken)
    {
        CommitIdentity? commit = null;
        var (segment, replay) = await SoundSegment
            .FindAsync(
                store,
                version,
                async segment =>
                {
                    commit = await IdentifyAsync(segment.LastCommit, cancellationToken).ConfigureAwait(false);
                    return await RebuildAsync(segment, cancellationToken).ConfigureAwait(false);
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        return await FinishAsync(replay, segment.Version, CommitTime.OfFile(segment.LastModified), commit, new SnapshotLineage(), cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>
    /// The latest version, read from <paramref name="older"/> on. The same snapshot where nothing came after it, which takes two look-ups; the log is listed,
    /// from there on, where something did. Read anew where the table is another one by now.
    /// </summary>
    public async Task<Snapshot> UpdateAsync(Snapshot older, CancellationToken cancellationToken)
    {
        if (await IsLatestAsync(older, cancellationToken).ConfigureAwait(false))
            return older;
        var listing = await LogListing.ReadAsync(store, older.Version, cancellationToken).ConfigureAwait(false);
        if (!await ContinuesAsync(listing, older, cancellationToken).ConfigureAwait(false))
            return await LoadAsync(null, cancellationToken).ConfigureAwait(false);
        var newest = listing.Commits[^1];
        if (newest.Version == older.Version)
            return older;
        var identity = await IdentifyAsync(newest.Info, cancellationToken).ConfigureAwait(false);
        var replay = new LogReplay(older);
        foreach (var commit in listing.Commits.Where(file => file.Version > older.Version))
            replay.ApplyCommit(await LogContent.ReadAsync(store, commit.Info.Key, commit.Version, withFiles: true, cancellationToken).ConfigureAwait(false));
        return await FinishAsync(replay, newest.Version, CommitTime.Of(newest.Info), identity, older.Lineage, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Whether nothing was committed after the snapshot, and the table is the same one still.</summary>
    public async Task<bool> IsLatestAsync(Snapshot snapshot, CancellationToken cancellationToken) =>
        await store.FindAsync(LogFile.CommitKey(snapshot.Version + 1), cancellationToken).ConfigureAwait(false) is null
        && await IsSameTableAsync(snapshot, cancellationToken).ConfigureAwait(false);

    /// <summary>Whether the version is the one that the snapshot was read from; false where its commit is gone, so that nobody can tell.</summary>
    public async Task<bool> IsSameTableAsync(Snapshot snapshot, CancellationToken cancellationToken) =>
        snapshot.Commit is { } commit && await commit.IsSameAsync(store, snapshot.Version, time, cancellationToken).ConfigureAwait(false);

    /// <summary>Everything about a version but its files, which are not read from the checkpoint, and its commit, where that is still there.</summary>
    public async Task<(TableState State, CommitIdentity? Commit)> LoadStateAsync(long version, CancellationToken cancellationToken)
    {
        CommitIdentity? commit = null;
        var (_, state) = await SoundSegment
            .FindAsync(
                store,
                version,
                async segment =>
                {
                    commit = await IdentifyAsync(segment.LastCommit, cancellationToken).ConfigureAwait(false);
                    return await LoadStateAsync(segment, version, cancellationToken).ConfigureAwait(false);
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        return (state, commit);
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

    private async Task<CommitIdentity?> IdentifyAsync(ObjectInfo? commit, CancellationToken cancellationToken) =>
        commit is null ? null : await CommitIdentity.TakeAsync(store, commit, time, cancellationToken).ConfigureAwait(false);

    // The commit that the older snapshot ends with must still be the same file: a table can be deleted and made anew.
    private async Task<bool> ContinuesAsync(LogListing listing, Snapshot older, CancellationToken cancellationToken)
    {
        if (listing.Commits is not [var first, ..] || first.Version != older.Version)
            return false;
        if (older.Commit is not { } commit || !await commit.IsSameAsync(store, first.Info, time, cancellationToken).ConfigureAwait(false))
            return false;
        return listing.Commits[^1].Version - first.Version == listing.Commits.Count - 1;
    }

    private async Task ReplayAsync(LogSegment segment, CheckpointContent content, LogReplay replay, CancellationToken cancellationToken)
    {
        var ahead = new CommitsAhead(store, segment, content != CheckpointContent.WithoutFiles, cancellationToken);
        await using (ahead.ConfigureAwait(false))
        {
            if (segment.Checkpoint is { } checkpoint)
                await checkpoints.ReadAsync(checkpoint, content, replay, cancellationToken).ConfigureAwait(false);
            while (await ahead.NextAsync().ConfigureAwait(false) is { } commits)
            {
                foreach (var commit in commits)
                    replay.ApplyCommit(commit);
            }
        }
    }

    private async Task<Snapshot> FinishAsync(
        LogReplay replay,
        long version,
        DateTimeOffset modified,
        CommitIdentity? commit,
        SnapshotLineage lineage,
        CancellationToken cancellationToken
    )
    {
        var state = replay.State(version);
        var timestamp = modified;
        if (state.HasInCommitTimestamps)
        {
            var info = replay.LastCommitInfo;
            if (info is null && commit is not null)
                info = await CommitFile.ReadInfoAsync(store, LogFile.CommitKey(version), version, cancellationToken).ConfigureAwait(false);
            timestamp = info?.InCommitTime ?? modified;
        }

        return new Snapshot(store.Root, version, timestamp, state, replay.Files()) { Commit = commit, Lineage = lineage };
    }
}
