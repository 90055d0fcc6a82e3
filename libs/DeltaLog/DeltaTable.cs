using System.Runtime.CompilerServices;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Changes;
using Tideway.DeltaLog.Checkpoints;
using Tideway.DeltaLog.Commit;
using Tideway.DeltaLog.LogSegments;
using Tideway.DeltaLog.Snapshots;
using Tideway.ObjectStorage;

namespace Tideway.DeltaLog;

/// <summary>
/// A Delta table in a store whose root is the table's folder. Holds no state: what is read comes from the store each time, so keep
/// <see cref="Snapshot"/>s and bring them up to date with <see cref="UpdateAsync"/>. Safe for use by several threads.
/// Failures are <see cref="DeltaLogException"/>s, those of the store <see cref="ObjectStorageException"/>s.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md">the Delta protocol</see>.
/// </summary>
public sealed class DeltaTable
{
    private const int PollBeforeListing = 32;

    private readonly SnapshotLoader snapshots;
    private readonly ChangesReader changes;
    private readonly CheckpointWriter checkpoints;
    private readonly DeltaCommitter committer;

    /// <summary>The table in <paramref name="store"/>, which need not exist yet.</summary>
    public DeltaTable(IObjectStore store, TimeProvider time, DeltaTableOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(time);
        Store = store;
        Time = time;
        Options = options ?? new DeltaTableOptions();
        snapshots = new SnapshotLoader(store, new CheckpointReader(store, Options), time);
        changes = new ChangesReader(store, snapshots);
        checkpoints = new CheckpointWriter(store, snapshots, time, Options);
        committer = new DeltaCommitter(store, time, checkpoints);
    }

    /// <summary>Where the table is.</summary>
    public IObjectStore Store { get; }

    internal TimeProvider Time { get; }

    internal SnapshotLoader Snapshots => snapshots;

    internal DeltaTableOptions Options { get; }

    /// <summary>Whether there is a table: a commit or a checkpoint.</summary>
    public async Task<bool> ExistsAsync(CancellationToken cancellationToken = default)
    {
        if (await Store.FindAsync(LogFile.CommitKey(0), cancellationToken).ConfigureAwait(false) is not null)
            return true;
        await foreach (var file in LogListing.FilesAsync(Store, 0, long.MaxValue, cancellationToken).ConfigureAwait(false))
        {
            if (file.Kind is LogFileKind.Commit || file.IsOfCheckpoint)
                return true;
        }

        return false;
    }

    /// <summary>
    /// The table at <paramref name="version"/>, or its latest version. Throws <see cref="DeltaLogError.NotADeltaTable"/>,
    /// <see cref="DeltaLogError.VersionNotFound"/>, <see cref="DeltaLogError.MissingCommits"/>, <see cref="DeltaLogError.CorruptLog"/> or
    /// <see cref="DeltaLogError.UnsupportedReaderFeature"/>.
    /// </summary>
    public Task<Snapshot> LoadAsync(long? version = null, CancellationToken cancellationToken = default) => snapshots.LoadAsync(version, cancellationToken);

    /// <summary>The latest version, reading only the commits after <paramref name="snapshot"/>; the same object where there are none.</summary>
    public Task<Snapshot> UpdateAsync(Snapshot snapshot, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        return snapshots.UpdateAsync(snapshot, cancellationToken);
    }

    /// <summary>
    /// Whether the table is still the one that <paramref name="snapshot"/> was read from, not another that was made in its place since: its version's commit is
    /// the same still, or the log's cleanup took it away. <see langword="true"/> also where the snapshot was read from a checkpoint alone, whose commit was gone
    /// already: then nobody can tell.
    /// </summary>
    public async Task<bool> IsSameAsync(Snapshot snapshot, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        if (snapshot.Commit is not { } commit)
            return true;
        return await Store.FindAsync(LogFile.CommitKey(snapshot.Version), cancellationToken).ConfigureAwait(false) is { } found
            ? await commit.IsSameAsync(Store, found, Time, cancellationToken).ConfigureAwait(false)
            : await IsSameAsync(snapshot.Metadata.Id, snapshot.Version, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Whether the table is the one with that id of its own and has had that version, which may no longer be kept: a table that was made anew has another id. Reads
    /// the latest version without its files.
    /// </summary>
    public async Task<bool> IsSameAsync(string id, long version, CancellationToken cancellationToken = default)
    {
        try
        {
            var latest = await LatestVersionAsync(cancellationToken).ConfigureAwait(false);
            return latest >= version && (await LoadDescriptionAsync(latest, cancellationToken).ConfigureAwait(false)).Metadata.Id == id;
        }
        catch (DeltaLogException exception) when (exception.Error == DeltaLogError.NotADeltaTable)
        {
            return false;
        }
    }

    /// <summary>The protocol and metadata of <paramref name="version"/>, without reading its files. Throws as <see cref="LoadAsync"/> does.</summary>
    public async Task<(Protocol Protocol, Metadata Metadata)> LoadDescriptionAsync(long version, CancellationToken cancellationToken = default)
    {
        var (state, _) = await snapshots.LoadStateAsync(version, cancellationToken).ConfigureAwait(false);
        return (state.Protocol, state.Metadata);
    }

    /// <summary>
    /// The latest version, given that <paramref name="from"/> exists: asks for the next commits one by one, without listing, unless there are many.
    /// </summary>
    public async Task<long> LatestVersionAsync(long from, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(from);
        for (var version = from; version < from + PollBeforeListing; version++)
        {
            if (await Store.FindAsync(LogFile.CommitKey(version + 1), cancellationToken).ConfigureAwait(false) is null)
                return version;
        }

        return await LatestVersionAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The latest version. Throws <see cref="DeltaLogError.NotADeltaTable"/> where there is none.</summary>
    public async Task<long> LatestVersionAsync(CancellationToken cancellationToken = default) =>
        (await LogSegment.FindAsync(Store, null, cancellationToken).ConfigureAwait(false)).Version;

    /// <summary>
    /// The last version that was there at <paramref name="timestamp"/>; <see langword="null"/> where that is before the first one that can still be loaded.
    /// Pass the latest snapshot, if there is one at hand, to save loading it. With in-commit timestamps few commits are read and none is listed; without, the
    /// log is listed and no commit is read.
    /// </summary>
    public async Task<long?> VersionAtOrBeforeAsync(DateTimeOffset timestamp, Snapshot? latest = null, CancellationToken cancellationToken = default)
    {
        var timeline = await TimelineAsync(latest, cancellationToken).ConfigureAwait(false);
        return await timeline.AtOrBeforeAsync(timestamp, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The first version committed at or after <paramref name="timestamp"/>; <see langword="null"/> where that is after the latest one.</summary>
    public async Task<long?> VersionAtOrAfterAsync(DateTimeOffset timestamp, Snapshot? latest = null, CancellationToken cancellationToken = default)
    {
        var timeline = await TimelineAsync(latest, cancellationToken).ConfigureAwait(false);
        return await timeline.AtOrAfterAsync(timestamp, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The commits that are still in the log, newest first, each read when its turn comes.</summary>
    public async IAsyncEnumerable<CommitSummary> HistoryAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var timeline = await TimelineAsync(null, cancellationToken).ConfigureAwait(false);
        await foreach (var commit in timeline.NewestFirstAsync(cancellationToken).ConfigureAwait(false))
            yield return commit;
    }

    /// <summary>
    /// What each version from <paramref name="from"/> to <paramref name="to"/> did, both included; to the latest one where <paramref name="to"/> is not given.
    /// Throws <see cref="DeltaLogError.VersionNotFound"/> where one of them is not in the log, and refuses versions that cannot be read.
    /// </summary>
    public IAsyncEnumerable<VersionChanges> ReadChangesAsync(long from, long? to = null, CancellationToken cancellationToken = default) =>
        changes.ReadAsync(from, to, requireChangeDataFeed: false, new ChangesOptions(), cancellationToken);

    /// <summary>Like <see cref="ReadChangesAsync(long, long?, CancellationToken)"/>, for who goes on where others ended, or may end before the last one.</summary>
    public IAsyncEnumerable<VersionChanges> ReadChangesAsync(long from, long? to, ChangesOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Portion is { } portion)
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(portion, nameof(options));
        return changes.ReadAsync(from, to, requireChangeDataFeed: false, options, cancellationToken);
    }

    /// <summary>
    /// Like <see cref="ReadChangesAsync(long, long?, CancellationToken)"/>, for the rows that changed (<see cref="VersionChanges.ChangeFiles"/>). Throws
    /// <see cref="DeltaLogError.ChangeDataFeedDisabled"/>, naming the version, unless the change data feed was on throughout.
    /// </summary>
    public IAsyncEnumerable<VersionChanges> ReadChangeDataFeedAsync(long from, long? to = null, CancellationToken cancellationToken = default) =>
        changes.ReadAsync(from, to, requireChangeDataFeed: true, new ChangesOptions(), cancellationToken);

    /// <summary>The first version whose changes, and those of all later ones, are still in the log.</summary>
    public Task<long> EarliestChangesVersionAsync(CancellationToken cancellationToken = default) => changes.EarliestVersionAsync(cancellationToken);

    /// <summary>Begins a commit on top of <paramref name="snapshot"/>.</summary>
    public DeltaTransaction BeginTransaction(Snapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        return new DeltaTransaction(committer, snapshot, Time);
    }

    /// <summary>Begins the commit that makes a new table, as version 0.</summary>
    public DeltaTransaction BeginCreation(Protocol protocol, Metadata metadata)
    {
        var transaction = new DeltaTransaction(committer, null, Time) { Operation = "CREATE TABLE" };
        transaction.UpdateProtocol(protocol);
        transaction.UpdateMetadata(metadata);
        return transaction;
    }

    /// <summary>Writes the checkpoint of a version that is committed, unless there is one.</summary>
    public Task WriteCheckpointAsync(long version, CancellationToken cancellationToken = default) => checkpoints.WriteAsync(version, cancellationToken);

    private async Task<CommitTimeline> TimelineAsync(Snapshot? latest, CancellationToken cancellationToken)
    {
        if (latest is not null)
            return new CommitTimeline(Store, latest.State, latest.Version);
        var version = await LatestVersionAsync(cancellationToken).ConfigureAwait(false);
        var (state, _) = await snapshots.LoadStateAsync(version, cancellationToken).ConfigureAwait(false);
        return new CommitTimeline(Store, state, version);
    }
}
