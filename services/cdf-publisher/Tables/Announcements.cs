using Tideway.CdfPublisher.Deliveries;
using Tideway.CdfPublisher.Storage;
using Tideway.Contracts.CdfPublisher;

namespace Tideway.CdfPublisher.Tables;

/// <summary>Makes what a look found known: the table moves on, its events go out and deliveries are queued in one transaction.</summary>
internal sealed class Announcements(CdfPublisherDatabase database, DeliveryQueue deliveries, TimeProvider time, ILogger<Announcements> logger)
{
    /// <summary>False where somebody else moved the table on since the look; nothing was announced then.</summary>
    public async Task<bool> AnnounceAsync(WatchStep step, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var location = step.Before.StorageLocation;
        await using var transaction = await database.BeginAsync(cancellationToken);
        var moved = await transaction.ExecuteAsync(
            WatchSql.Advance,
            new
            {
                location,
                fromVersion = step.Before.LastVersion,
                fromMetadataId = step.Before.MetadataId,
                toVersion = step.ToVersion,
                lastCommit = step.LastCommit,
                step.State.MetadataId,
                step.State.SchemaFingerprint,
                step.State.ChangeFeedEnabled,
                now,
            },
            cancellationToken
        );
        if (moved == 0)
            return false;

        foreach (var (commit, fingerprint) in step.Commits)
            transaction.Publish(Describe(commit, fingerprint, location, now));
        var announced = new List<TableChangesPublished>();
        foreach (var table in await transaction.QueryAsync<AnnouncedTable>(WatchSql.SharedTables, new { location }, cancellationToken))
        {
            await transaction.ExecuteAsync(
                WatchSql.NoteAnnounced,
                new
                {
                    table.ShareId,
                    table.TableId,
                    location,
                    version = step.ToVersion,
                },
                cancellationToken
            );
            if (Describe(step, table, now) is { } changes)
                announced.Add(changes);
        }

        foreach (var changes in announced)
            transaction.Publish(changes);
        await deliveries.QueueAsync(transaction, announced, cancellationToken);
        await transaction.CommitAsync(cancellationToken);

        Telemetry.VersionsAnnounced.Add(step.Commits.Count);
        if (step is { StartsOver: true, Before.LastVersion: not null })
            Log.TableStartsOver(logger, location, step.Before.LastVersion.Value, step.ToVersion);
        else
            Log.TableMovedOn(logger, location, step.Before.LastVersion, step.ToVersion);
        return true;
    }

    private static TableChangesPublished? Describe(WatchStep step, AnnouncedTable table, DateTimeOffset now)
    {
        // Of a table that is new to the share, or made anew, only the latest version is news: a reader starts with a snapshot of it.
        var first = step.StartsOver || table.AnnouncedVersion is not { } announced ? step.ToVersion : announced + 1;
        first = Math.Max(first, table.StartVersion);
        return first > step.ToVersion
            ? null
            : new TableChangesPublished
            {
                ShareId = table.ShareId,
                ShareName = table.ShareName,
                TableId = table.TableId,
                Schema = table.SchemaName,
                Name = table.TableName,
                FromVersion = first,
                ToVersion = step.ToVersion,
                ChangeFeedAvailable = table.ChangeFeedShared && step.ChangeFeedSince <= first,
                OccurredAt = now,
            };
    }

    private static TableVersionCommitted Describe(CommittedVersion commit, string fingerprint, string location, DateTimeOffset now) =>
        new()
        {
            StorageLocation = location,
            Version = commit.Version,
            CommittedAt = commit.CommittedAt,
            RowsAdded = commit.Rows.Added,
            RowsRemoved = commit.Rows.Removed,
            RowsChanged = commit.Rows.Changed,
            FilesAdded = commit.FilesAdded,
            FilesRemoved = commit.FilesRemoved,
            BytesAdded = commit.BytesAdded,
            SchemaFingerprint = fingerprint,
            OccurredAt = now,
        };

    private sealed record AnnouncedTable
    {
        public required Guid ShareId { get; init; }

        public required string ShareName { get; init; }

        public required Guid TableId { get; init; }

        public required string SchemaName { get; init; }

        public required string TableName { get; init; }

        public required bool ChangeFeedShared { get; init; }

        public required long StartVersion { get; init; }

        public long? AnnouncedVersion { get; init; }
    }
}
