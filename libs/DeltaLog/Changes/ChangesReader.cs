using System.Runtime.CompilerServices;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Features;
using Tideway.DeltaLog.LogSegments;
using Tideway.DeltaLog.Snapshots;
using Tideway.ObjectStorage;

namespace Tideway.DeltaLog.Changes;

/// <summary>
/// Reads commits one by one.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#change-data-files">Change Data Files</see>.
/// </summary>
internal sealed class ChangesReader(IObjectStore store, SnapshotLoader snapshots)
{
    // Where files of commits have the same time, that of a version follows from those before it. All of the log would be too much to list for the last few
    // versions; as many as here look at in the same way, whichever version they begin with.
    private const int LookBack = 100;

    /// <summary>The first version from which every commit up to the latest is in the log.</summary>
    public async Task<long> EarliestVersionAsync(CancellationToken cancellationToken)
    {
        var listing = await LogListing.ReadAsync(store, 0, cancellationToken).ConfigureAwait(false);
        if (listing.Commits.Count == 0)
            throw Missing(0, "no commit is in the log");
        return Earliest(listing.Commits);
    }

    /// <summary>Reads the versions from one to another, or to the latest.</summary>
    public async IAsyncEnumerable<VersionChanges> ReadAsync(
        long from,
        long? to,
        bool requireChangeDataFeed,
        ChangesOptions options,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var last = options.After;
        (Protocol Protocol, Metadata Metadata)? description = null;
        long? end;
        for (var begin = from; ; begin = end.Value + 1)
        {
            end = options.Portion is { } portion && to - begin >= portion ? begin + portion - 1 : to;
            var (commits, before) = await FindAsync(begin, end, looksBack: last is null, goesOn: description is not null, cancellationToken)
                .ConfigureAwait(false);
            last ??= before;
            var (protocol, metadata) = description ?? options.Description ?? await DescribeAsync(from, cancellationToken).ConfigureAwait(false);
            if (description is null)
            {
                ProtocolRequirements.RequireReadable(protocol, store.Root, from);
                if (requireChangeDataFeed)
                    RequireChangeDataFeed(metadata, from);
            }

            foreach (var commit in commits)
            {
                var actions = await CommitFile.ReadAsync(store, commit.Info.Key, commit.Version, cancellationToken).ConfigureAwait(false);
                if (actions.OfType<Protocol>().LastOrDefault() is { } newProtocol)
                    ProtocolRequirements.RequireReadable(protocol = newProtocol, store.Root, commit.Version);
                metadata = actions.OfType<Metadata>().LastOrDefault() ?? metadata;
                if (requireChangeDataFeed)
                    RequireChangeDataFeed(metadata, commit.Version);
                var changes = Collect(commit, actions, protocol, metadata, last);
                last = changes.Timestamp;
                yield return changes;
            }

            if (end is null || end == to)
                yield break;
            description = (protocol, metadata);
        }
    }

    private async Task<(Protocol Protocol, Metadata Metadata)> DescribeAsync(long version, CancellationToken cancellationToken)
    {
        var (state, _) = await snapshots.LoadStateAsync(version, cancellationToken).ConfigureAwait(false);
        return (state.Protocol, state.Metadata);
    }

    private static VersionChanges Collect(LogFile commit, List<DeltaAction> actions, Protocol protocol, Metadata metadata, DateTimeOffset? last)
    {
        var info = actions.OfType<CommitInfo>().FirstOrDefault();
        // In-commit timestamps rise by themselves, and are not compared with times of files, which may have been copied since.
        var time =
            TableState.HasInCommitTimestampsWith(protocol, metadata) && info?.InCommitTime is { } inCommit ? inCommit : CommitTime.After(last, commit.Info);
        return new VersionChanges
        {
            Version = commit.Version,
            Timestamp = time,
            CommitInfo = info,
            MetadataInForce = metadata,
            Protocol = actions.OfType<Protocol>().LastOrDefault(),
            Metadata = actions.OfType<Metadata>().LastOrDefault(),
            Adds = [.. actions.OfType<AddFile>()],
            Removes = [.. actions.OfType<RemoveFile>()],
            CdcFiles = [.. actions.OfType<AddCdcFile>()],
            Transactions = [.. actions.OfType<SetTransaction>()],
        };
    }

    private static long Earliest(List<LogFile> commits)
    {
        var index = commits.Count - 1;
        while (index > 0 && commits[index - 1].Version == commits[index].Version - 1)
            index--;
        return commits[index].Version;
    }

    // The commits, and the time of the one before them where that is wanted and there.
    private async Task<(List<LogFile> Commits, DateTimeOffset? Before)> FindAsync(
        long from,
        long? to,
        bool looksBack,
        bool goesOn,
        CancellationToken cancellationToken
    )
    {
        if (from < 0)
            throw Missing(from, "versions start at 0");
        if (to < from)
            throw new ArgumentOutOfRangeException(nameof(to), to, $"Expected the last version to be at least the first one, {from}.");
        var listing = await LogListing
            .ReadAsync(store, Math.Max(0, from - (looksBack ? LookBack : 0)), cancellationToken, to ?? long.MaxValue)
            .ConfigureAwait(false);
        var commits = listing.Commits.Where(commit => commit.Version >= from).ToList();
        if (!goesOn && (commits is not [{ Version: var first }, ..] || first != from))
            await ThrowMissingAsync(from, cancellationToken).ConfigureAwait(false);
        for (var index = 0; index < commits.Count; index++)
        {
            if (commits[index].Version != from + index)
                throw MissingCommit(from + index);
        }

        var last = from + commits.Count - 1;
        if (last < to)
        {
            var after = await LogListing.ReadAsync(store, last + 1, cancellationToken).ConfigureAwait(false);
            throw after.Commits.Count > 0 ? MissingCommit(last + 1) : Missing(to.Value, $"the latest one is {last}");
        }

        return (commits, TimeBefore(listing.Commits.Take(listing.Commits.Count - commits.Count)));
    }

    private static DateTimeOffset? TimeBefore(IEnumerable<LogFile> commits)
    {
        DateTimeOffset? time = null;
        foreach (var commit in commits)
            time = CommitTime.After(time, commit.Info);
        return time;
    }

    private async Task ThrowMissingAsync(long from, CancellationToken cancellationToken)
    {
        var listing = await LogListing.ReadAsync(store, 0, cancellationToken).ConfigureAwait(false);
        if (listing.IsEmpty)
            throw new DeltaLogException(DeltaLogError.NotADeltaTable, $"Expected a Delta table at '{store.Root}', found no log.") { TableRoot = store.Root };
        if (listing.Commits.Count == 0)
            throw Missing(from, "no commit is in the log any more");
        if (from > listing.Commits[^1].Version)
            throw Missing(from, $"the latest one is {listing.Commits[^1].Version}");
        var earliest = Earliest(listing.Commits);
        throw Missing(from, $"its commit is no longer in the log, which begins at {earliest}", earliest);
    }

    private void RequireChangeDataFeed(Metadata metadata, long version)
    {
        if (!metadata.IsEnabled(TableProperties.EnableChangeDataFeed))
        {
            throw new DeltaLogException(
                DeltaLogError.ChangeDataFeedDisabled,
                $"The change data feed of '{store.Root}' is not on at version {version} ({TableProperties.EnableChangeDataFeed})."
            )
            {
                TableRoot = store.Root,
                Version = version,
            };
        }
    }

    private DeltaLogException MissingCommit(long version) =>
        new(DeltaLogError.MissingCommits, $"Expected the commit of version {version} of '{store.Root}', found none.")
        {
            TableRoot = store.Root,
            Version = version,
        };

    private DeltaLogException Missing(long version, string reason, long? earliest = null) =>
        new(DeltaLogError.VersionNotFound, $"There is no version {version} of '{store.Root}': {reason}.")
        {
            TableRoot = store.Root,
            Version = version,
            EarliestVersion = earliest,
        };
}
