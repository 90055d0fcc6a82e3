using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Features;
using Tideway.DeltaLog.LogSegments;
using Tideway.DeltaLog.Snapshots;

namespace Tideway.DeltaLog.Commit;

/// <summary>What an attempt to commit stands on: the version before it, which moves on while other writers are faster.</summary>
/// <param name="Version">The version that is tried for.</param>
/// <param name="PreviousTime">When the version before it was committed, in milliseconds since the epoch; null for a new table.</param>
/// <param name="RowIdHighWaterMark">The highest row id given out by the version before it.</param>
internal readonly record struct NextVersion(long Version, long? PreviousTime, long RowIdHighWaterMark)
{
    public static NextVersion Of(Snapshot? snapshot) =>
        snapshot is null
            ? new NextVersion(0, null, -1)
            : new NextVersion(
                snapshot.Version + 1,
                snapshot.Timestamp.ToUnixTimeMilliseconds(),
                RowTracking.HighWaterMark(snapshot.State.Domains.GetValueOrDefault(RowTracking.Domain), snapshot.TableRoot)
            );

    /// <summary>The base after one more version by somebody else.</summary>
    public NextVersion After(LogFile commit, IReadOnlyCollection<DeltaAction> actions, Uri root)
    {
        var domain = actions.OfType<DomainMetadata>().FirstOrDefault(candidate => candidate.Domain == RowTracking.Domain);
        return new NextVersion(
            commit.Version + 1,
            actions.OfType<CommitInfo>().FirstOrDefault()?.InCommitTime?.ToUnixTimeMilliseconds() ?? commit.Info.LastModified.ToUnixTimeMilliseconds(),
            domain is null ? RowIdHighWaterMark : Math.Max(RowIdHighWaterMark, RowTracking.HighWaterMark(domain, root))
        );
    }

    /// <summary>
    /// The time the commit carries, later than all before; null where the table has no such times.
    /// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#writer-requirements-for-in-commit-timestamps">In-Commit Timestamps</see>.
    /// </summary>
    public long? InCommitTimestamp(DeltaTransaction transaction, long now) =>
        HasTimestamps(transaction.Protocol, transaction.Metadata) ? Math.Max(now, PreviousTime + 1 ?? now) : null;

    /// <summary>The transaction's actions as they are at this version.</summary>
    public List<DeltaAction> Actions(DeltaTransaction transaction, long? inCommitTimestamp, Uri root)
    {
        var actions = transaction.Actions();
        if (transaction.NewMetadata is { } metadata)
            actions[actions.IndexOf(metadata)] = WithEnablement(transaction, metadata, inCommitTimestamp);
        return RowTracking.Applies(transaction.Protocol, transaction.Metadata) ? RowTracking.Assign(actions, RowIdHighWaterMark, Version, root) : actions;
    }

    // A table that did not have timestamps from its beginning says since when it has them.
    private Metadata WithEnablement(DeltaTransaction transaction, Metadata metadata, long? inCommitTimestamp)
    {
        if (transaction.Snapshot is not { } snapshot)
            return metadata;
        var configuration = new Dictionary<string, string>(metadata.Configuration, StringComparer.Ordinal);
        if (inCommitTimestamp is null)
        {
            configuration.Remove(TableProperties.InCommitTimestampEnablementVersion);
            configuration.Remove(TableProperties.InCommitTimestampEnablementTimestamp);
        }
        else if (!HasTimestamps(snapshot.Protocol, snapshot.Metadata))
        {
            configuration[TableProperties.InCommitTimestampEnablementVersion] = Version.ToString();
            configuration[TableProperties.InCommitTimestampEnablementTimestamp] = inCommitTimestamp.Value.ToString();
        }

        return configuration.Count == metadata.Configuration.Count && !configuration.Except(metadata.Configuration).Any()
            ? metadata
            : metadata with
            {
                Configuration = configuration,
            };
    }

    private static bool HasTimestamps(Protocol protocol, Metadata metadata) =>
        protocol.Has(TableFeatures.InCommitTimestamp) && metadata.IsEnabled(TableProperties.EnableInCommitTimestamps);
}
