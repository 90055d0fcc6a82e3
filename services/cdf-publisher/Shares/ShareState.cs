using Tideway.CdfPublisher.Subscriptions;
using Tideway.Contracts.ShareRegistry;
using Tideway.Hosting.Database;

namespace Tideway.CdfPublisher.Shares;

/// <summary>Brings what is known of shares up to an event. Events may come in any order: the greatest revision stays.</summary>
internal static class ShareState
{
    public static async Task SetAsync(
        ServiceTransaction transaction,
        (Guid Id, string Name, long Revision, DateTimeOffset ChangedAt) share,
        IReadOnlyList<SharedTable> tables,
        CancellationToken cancellationToken
    )
    {
        if (!await UpsertAsync(transaction, share, deleted: false, cancellationToken))
            return;

        var gone = (await transaction.QueryAsync<Guid>(ShareSql.TableIds, new { shareId = share.Id }, cancellationToken)).ToHashSet();
        foreach (var table in tables)
        {
            gone.Remove(table.TableId);
            await transaction.ExecuteAsync(
                ShareSql.UpsertTable,
                new
                {
                    ShareId = share.Id,
                    table.TableId,
                    table.Schema,
                    SchemaKey = NameKey.Of(table.Schema),
                    table.Name,
                    NameKey = NameKey.Of(table.Name),
                    table.StorageLocation,
                    table.HistoryShared,
                    table.ChangeFeedShared,
                    table.StartVersion,
                    table.PlainCopiesRefused,
                },
                cancellationToken
            );
        }

        foreach (var tableId in gone)
            await transaction.ExecuteAsync(ShareSql.DeleteTable, new { shareId = share.Id, tableId }, cancellationToken);
    }

    public static async Task DeleteAsync(ServiceTransaction transaction, ShareDeleted message, TimeProvider time, CancellationToken cancellationToken)
    {
        if (!await UpsertAsync(transaction, (message.ShareId, message.ShareName, message.Revision, message.OccurredAt), deleted: true, cancellationToken))
            return;
        await transaction.ExecuteAsync(ShareSql.DeleteTables, new { shareId = message.ShareId }, cancellationToken);
        await EndedSubscriptions.EndForShareAsync(transaction, message.ShareId, time.GetUtcNow(), cancellationToken);
    }

    public static Task SetGrantAsync(
        ServiceTransaction transaction,
        (Guid ShareId, Guid RecipientId, string RecipientName, long Revision) grant,
        bool granted,
        CancellationToken cancellationToken
    ) =>
        transaction.ExecuteAsync(
            ShareSql.UpsertGrant,
            new
            {
                grant.ShareId,
                grant.RecipientId,
                grant.RecipientName,
                grant.Revision,
                Granted = granted,
            },
            cancellationToken
        );

    private static async Task<bool> UpsertAsync(
        ServiceTransaction transaction,
        (Guid Id, string Name, long Revision, DateTimeOffset ChangedAt) share,
        bool deleted,
        CancellationToken cancellationToken
    ) =>
        await transaction.ExecuteAsync(
            ShareSql.UpsertShare,
            new
            {
                ShareId = share.Id,
                share.Name,
                NameKey = NameKey.Of(share.Name),
                share.Revision,
                Deleted = deleted,
                share.ChangedAt,
            },
            cancellationToken
        ) > 0;
}
