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
    /// <summary>The first version from which every commit up to the latest is in the log.</summary>
    public async Task<long> EarliestVersionAsync(CancellationToken cancellationToken)
    {
        var listing = await LogListing.ReadAsync(store, 0, cancellationToken).ConfigureAwait(false);
        if (listing.Commits.Count == 0)
            throw Missing(0, "no commit is in the log");
        return Earliest(listing.Commits);
    }

    /// <summary>Reads the protocol and metadata of the first version from the log unless they are <paramref name="known"/>.</summary>
    public async IAsyncEnumerable<VersionChanges> ReadAsync(
        long from,
        long? to,
        bool requireChangeDataFeed,
        (Protocol Protocol, Metadata Metadata)? known,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var commits = await FindAsync(from, to, cancellationToken).ConfigureAwait(false);
        var (firstProtocol, firstMetadata) = known ?? await DescribeAsync(from, cancellationToken).ConfigureAwait(false);
        ProtocolRequirements.RequireReadable(firstProtocol, store.Root, from);
        if (requireChangeDataFeed)
            RequireChangeDataFeed(firstMetadata, from);
        var last = DateTimeOffset.MinValue;
        var (protocol, metadata) = (firstProtocol, firstMetadata);
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
    }

    private async Task<(Protocol Protocol, Metadata Metadata)> DescribeAsync(long version, CancellationToken cancellationToken)
    {
        var (state, _) = await snapshots.LoadStateAsync(version, cancellationToken).ConfigureAwait(false);
        return (state.Protocol, state.Metadata);
    }

    private static VersionChanges Collect(LogFile commit, List<DeltaAction> actions, Protocol protocol, Metadata metadata, DateTimeOffset last)
    {
        var info = actions.OfType<CommitInfo>().FirstOrDefault();
        var time = TableState.HasInCommitTimestampsWith(protocol, metadata) && info?.InCommitTime is { } inCommit ? inCommit : CommitTime.Of(commit.Info);
        return new VersionChanges
        {
            Version = commit.Version,
            Timestamp = time > last ? time : last.AddMilliseconds(1),
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

    private async Task<List<LogFile>> FindAsync(long from, long? to, CancellationToken cancellationToken)
    {
        if (from < 0)
            throw Missing(from, "versions start at 0");
        if (to < from)
            throw new ArgumentOutOfRangeException(nameof(to), to, $"Expected the last version to be at least the first one, {from}.");
        var listing = await LogListing.ReadAsync(store, from, cancellationToken).ConfigureAwait(false);
        if (listing.Commits is not [{ Version: var first }, ..] || first != from)
            await ThrowMissingAsync(from, cancellationToken).ConfigureAwait(false);
        var latest = listing.Commits[^1].Version;
        if (to > latest)
            throw Missing(to.Value, $"the latest one is {latest}");
        var commits = listing.Commits.Where(commit => to is null || commit.Version <= to).ToList();
        for (var index = 0; index < commits.Count; index++)
        {
            if (commits[index].Version != from + index)
            {
                throw new DeltaLogException(DeltaLogError.MissingCommits, $"Expected the commit of version {from + index} of '{store.Root}', found none.")
                {
                    TableRoot = store.Root,
                    Version = from + index,
                };
            }
        }

        return commits;
    }

    private async Task ThrowMissingAsync(long from, CancellationToken cancellationToken)
    {
        var listing = await LogListing.ReadAsync(store, 0, cancellationToken).ConfigureAwait(false);
        if (listing.IsEmpty)
            throw new DeltaLogException(DeltaLogError.NotADeltaTable, $"Expected a Delta table at '{store.Root}', found no log.") { TableRoot = store.Root };
        if (listing.Commits.Count == 0)
            throw Missing(from, "no commit is in the log any more");
        throw from > listing.Commits[^1].Version
            ? Missing(from, $"the latest one is {listing.Commits[^1].Version}")
            : Missing(from, $"its commit is no longer in the log, which begins at {Earliest(listing.Commits)}");
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

    private DeltaLogException Missing(long version, string reason) =>
        new(DeltaLogError.VersionNotFound, $"There is no version {version} of '{store.Root}': {reason}.") { TableRoot = store.Root, Version = version };
}
