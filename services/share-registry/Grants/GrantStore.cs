using Tideway.Contracts.ShareRegistry;
using Tideway.Hosting.Database;
using Tideway.ShareRegistry.Catalog;
using Tideway.ShareRegistry.Recipients;
using Tideway.ShareRegistry.Shares;
using Tideway.ShareRegistry.Storage;

namespace Tideway.ShareRegistry.Grants;

/// <summary>Who may read which share. Every change leaves its event in the outbox of the same transaction.</summary>
internal sealed class GrantStore(ShareRegistryDatabase database, CatalogRevision catalog, TimeProvider time)
{
    /// <summary>Those who may read a share; null where there is no such share.</summary>
    public async Task<IReadOnlyList<Recipient>?> FindRecipientsAsync(string shareName, CancellationToken cancellationToken)
    {
        var share = await database.QueryFirstOrDefaultAsync<Share>(ShareSql.Find, new { key = Share.KeyOf(shareName) }, cancellationToken);
        return share is null ? null : await database.QueryAsync<Recipient>(GrantSql.RecipientsOf, new { shareId = share.ShareId }, cancellationToken);
    }

    /// <summary>Names of the shares that a recipient may read and that sort after <paramref name="after"/>.</summary>
    public Task<IReadOnlyList<string>> ListSharesAsync(Guid recipientId, string after, int limit, CancellationToken cancellationToken) =>
        database.QueryAsync<string>(
            GrantSql.ShareNamesOf,
            new
            {
                recipientId,
                after,
                limit,
            },
            cancellationToken
        );

    /// <summary>Makes all changes or none. Granting what is granted and taking what is not leave no trace.</summary>
    public async Task<Refusal?> ChangeAsync(string shareName, IReadOnlyList<GrantChange> changes, string actor, CancellationToken cancellationToken)
    {
        await using var transaction = await database.BeginAsync(cancellationToken);
        // Recipients before the share and in one order, as the end of a recipient takes them, so that no two wait for each other.
        foreach (
            var recipient in changes
                .Select(change => change.Recipient)
                .DistinctBy(recipient => recipient.RecipientId)
                .OrderBy(recipient => recipient.RecipientId)
        )
        {
            if (await transaction.ExecuteAsync(GrantSql.HoldRecipient, new { recipientId = recipient.RecipientId }, cancellationToken) == 0)
                return Refusal.RecipientDoesNotExist(recipient.Name);
        }

        var share = await transaction.QueryFirstOrDefaultAsync<Share>(GrantSql.HoldShare, new { key = Share.KeyOf(shareName) }, cancellationToken);
        if (share is null)
            return Refusal.ShareDoesNotExist(shareName);
        foreach (var change in changes)
        {
            if (change.Grant)
                await GrantAsync(transaction, share.ShareId, change.Recipient, actor, cancellationToken);
            else
                await RevokeAsync(transaction, share.ShareId, change.Recipient, actor, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return null;
    }

    /// <summary>Takes every grant from a recipient, within the caller's transaction.</summary>
    public async Task RevokeAllAsync(ServiceTransaction transaction, Recipient recipient, CancellationToken cancellationToken)
    {
        foreach (var shareId in await transaction.QueryAsync<string>(GrantSql.SharesOf, new { recipientId = recipient.RecipientId }, cancellationToken))
            await RevokeAsync(transaction, Guid.Parse(shareId), recipient, ShareRegistryStartup.Name, cancellationToken);
    }

    private async Task GrantAsync(ServiceTransaction transaction, Guid shareId, Recipient recipient, string actor, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var row = new
        {
            shareId,
            recipientId = recipient.RecipientId,
            at = now,
            actor,
        };
        if (await transaction.ExecuteAsync(GrantSql.Insert, row, cancellationToken) == 0)
            return;
        catalog.Change(transaction);
        if (await transaction.QueryFirstOrDefaultAsync<Share>(GrantSql.Advance, new { shareId }, cancellationToken) is not { } share)
            return;
        transaction.Publish(
            new ShareGranted
            {
                ShareId = share.ShareId,
                ShareName = share.Name,
                RecipientId = recipient.RecipientId,
                RecipientName = recipient.Name,
                Revision = share.Revision,
                Actor = actor,
                OccurredAt = now,
            }
        );
    }

    private async Task RevokeAsync(ServiceTransaction transaction, Guid shareId, Recipient recipient, string actor, CancellationToken cancellationToken)
    {
        if (await transaction.ExecuteAsync(GrantSql.Delete, new { shareId, recipientId = recipient.RecipientId }, cancellationToken) == 0)
            return;
        catalog.Change(transaction);
        if (await transaction.QueryFirstOrDefaultAsync<Share>(GrantSql.Advance, new { shareId }, cancellationToken) is not { } share)
            return;
        transaction.Publish(
            new ShareRevoked
            {
                ShareId = share.ShareId,
                ShareName = share.Name,
                RecipientId = recipient.RecipientId,
                RecipientName = recipient.Name,
                Revision = share.Revision,
                Actor = actor,
                OccurredAt = time.GetUtcNow(),
            }
        );
    }
}
