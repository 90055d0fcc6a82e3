using Tideway.DeltaLog;
using Tideway.DeltaLog.Changes;
using Tideway.DeltaLog.Snapshots;
using Tideway.DeltaSharing.Server.Answers;

namespace Tideway.CdfPublisher.Changes;

/// <summary>Says of which versions changes are recorded, to who asked for one of which they are not.</summary>
internal static class RecordedVersions
{
    // A refusal is not to cost more than an answer.
    private const int MostRead = 200;

    /// <summary>400 in the words that clients know, and behind them the versions that can be read.</summary>
    public static async Task<ProtocolRefusal> RefuseAsync(
        DeltaTable table,
        SnapshotCache cache,
        ChangesCursor page,
        TableHeader off,
        CancellationToken cancellationToken
    ) =>
        ProtocolRefusals.Invalid(
            $"Error getting change data for range [{page.Start}, {page.End}] as change data was not recorded for version [{off.Version}]"
                + await WhereAsync(table, cache, page.Latest, off, cancellationToken)
        );

    private static async Task<string> WhereAsync(DeltaTable table, SnapshotCache cache, long latest, TableHeader off, CancellationToken cancellationToken)
    {
        if (!IsOn(await TableHeader.ReadAsync(cache, table, latest, cancellationToken)))
            return "; the change data feed of the table is off now";

        var (header, last) = (off, Math.Min(off.Version + MostRead, latest));
        long? since = null;
        var options = new ChangesOptions { Description = (off.Protocol, off.Metadata), After = DateTimeOffset.UnixEpoch };
        await foreach (var changes in table.ReadChangesAsync(off.Version + 1, last, options, cancellationToken))
        {
            header = header.After(changes);
            since = IsOn(header) ? since ?? changes.Version : null;
        }

        // What comes after the versions that were read is not known, except for the latest.
        return last == latest && since is not null
            ? $"; changes are recorded from version {since} on"
            : $"; changes are recorded again at version {since ?? latest}";
    }

    private static bool IsOn(TableHeader header) => header.Metadata.IsEnabled(TableProperties.EnableChangeDataFeed);
}
