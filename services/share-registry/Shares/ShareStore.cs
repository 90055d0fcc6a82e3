using System.Data.Common;
using Tideway.Contracts.ShareRegistry;
using Tideway.Hosting.Database;
using Tideway.ShareRegistry.Catalog;
using Tideway.ShareRegistry.Storage;

namespace Tideway.ShareRegistry.Shares;

/// <summary>Shares, their tables and their volumes. Every change leaves its event in the outbox of the same transaction.</summary>
internal sealed class ShareStore(ShareRegistryDatabase database, CatalogRevision catalog, TimeProvider time)
{
    public async Task<Share?> FindAsync(string name, CancellationToken cancellationToken)
    {
        var share = await database.QueryFirstOrDefaultAsync<Share>(ShareSql.Find, new { key = Share.KeyOf(name) }, cancellationToken);
        return share is null
            ? null
            : share with
            {
                Tables = await database.QueryAsync<ShareTable>(ShareSql.Tables, new { shareId = share.ShareId }, cancellationToken),
                Volumes = await database.QueryAsync<ShareVolume>(ShareSql.Volumes, new { shareId = share.ShareId }, cancellationToken),
            };
    }

    /// <summary>Shares whose key sorts after <paramref name="after"/>, without what they hold.</summary>
    public Task<IReadOnlyList<Share>> ListAsync(string after, int limit, CancellationToken cancellationToken) =>
        database.QueryAsync<Share>(ShareSql.List, new { after, limit }, cancellationToken);

    public async Task<Outcome<Share>> CreateAsync(NewShare made, string actor, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var share = new Share
        {
            ShareId = Guid.CreateVersion7(now),
            Name = made.Name,
            DisplayName = made.DisplayName,
            Comment = made.Comment,
            Properties = made.Properties,
            Owner = made.Owner ?? actor,
            Revision = 1,
            CreatedAt = now,
            CreatedBy = actor,
            UpdatedAt = now,
            UpdatedBy = actor,
        };
        await using var transaction = await database.BeginAsync(cancellationToken);
        if (await transaction.QueryFirstOrDefaultAsync<long>(ShareSql.Count, null, cancellationToken) >= ShareLimits.Shares)
            return Refusal.LimitExceeded($"There are {ShareLimits.Shares} shares already, which is the most there may be.");
        var row = new
        {
            share.ShareId,
            share.Name,
            Key = Share.KeyOf(share.Name),
            share.DisplayName,
            share.Comment,
            share.Properties,
            share.Owner,
            share.CreatedAt,
            share.CreatedBy,
        };
        if (await transaction.ExecuteAsync(ShareSql.Insert, row, cancellationToken) == 0)
            return AlreadyThere(share.Name);
        transaction.Publish(
            new ShareCreated
            {
                ShareId = share.ShareId,
                ShareName = share.Name,
                DisplayName = share.DisplayName,
                Comment = share.Comment,
                Properties = ShareProperties.Of(share.Properties),
                Owner = share.Owner,
                Revision = share.Revision,
                Tables = [],
                Volumes = [],
                Actor = actor,
                OccurredAt = now,
            }
        );
        await transaction.CommitAsync(cancellationToken);
        return share;
    }

    /// <summary>Makes all of a change or none of it. A change that changes nothing leaves no trace.</summary>
    public async Task<Outcome<Share>> ChangeAsync(string name, ShareChange change, string actor, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var transaction = await database.BeginAsync(cancellationToken);
        var share = await transaction.QueryFirstOrDefaultAsync<Share>(
            ShareSql.Advance,
            new
            {
                key = Share.KeyOf(name),
                at = now,
                actor,
            },
            cancellationToken
        );
        if (share is null)
            return Refusal.ShareDoesNotExist(name);
        var objects = await ShareObjects.ReadAsync(transaction, share, cancellationToken);
        if (objects.Apply(change) is { } refusal)
            return refusal;
        var after = share with
        {
            Name = change.NewName ?? share.Name,
            DisplayName = change.DisplayName is { } displayName ? (displayName.Length == 0 ? null : displayName) : share.DisplayName,
            Comment = change.Comment ?? share.Comment,
            Properties = change.SetsProperties ? change.Properties : share.Properties,
            Owner = change.Owner ?? share.Owner,
        };
        var described = after != share;
        after = after with { Tables = objects.Tables, Volumes = objects.Volumes };
        if (!described && !objects.AreChanged)
            return await FindAsync(name, cancellationToken) is { } unchanged ? unchanged : Refusal.ShareDoesNotExist(name);

        catalog.Change(transaction);
        if (described && await DescribeAsync(transaction, after, cancellationToken) is { } taken)
            return taken;
        if (await objects.WriteAsync(transaction, cancellationToken) is { } overlap)
            return overlap;
        transaction.Publish(
            new ShareUpdated
            {
                ShareId = after.ShareId,
                ShareName = after.Name,
                DisplayName = after.DisplayName,
                Comment = after.Comment,
                Properties = ShareProperties.Of(after.Properties),
                Owner = after.Owner,
                Revision = after.Revision,
                Tables = [.. after.Tables.Select(table => table.ToContract())],
                Volumes = [.. after.Volumes.Select(volume => volume.ToContract())],
                Actor = actor,
                OccurredAt = now,
            }
        );
        await transaction.CommitAsync(cancellationToken);
        return after;
    }

    public async Task<Refusal?> DeleteAsync(string name, string actor, CancellationToken cancellationToken)
    {
        await using var transaction = await database.BeginAsync(cancellationToken);
        var share = await transaction.QueryFirstOrDefaultAsync<Share>(ShareSql.Delete, new { key = Share.KeyOf(name) }, cancellationToken);
        if (share is null)
            return Refusal.ShareDoesNotExist(name);
        catalog.Change(transaction);
        transaction.Publish(
            new ShareDeleted
            {
                ShareId = share.ShareId,
                ShareName = share.Name,
                Revision = share.Revision + 1,
                Actor = actor,
                OccurredAt = time.GetUtcNow(),
            }
        );
        await transaction.CommitAsync(cancellationToken);
        return null;
    }

    private static async Task<Refusal?> DescribeAsync(ServiceTransaction transaction, Share share, CancellationToken cancellationToken)
    {
        var key = Share.KeyOf(share.Name);
        var holder = await transaction.QueryFirstOrDefaultAsync<Share>(ShareSql.Find, new { key }, cancellationToken);
        if (holder is not null && holder.ShareId != share.ShareId)
            return AlreadyThere(share.Name);
        try
        {
            await transaction.ExecuteAsync(
                ShareSql.Describe,
                new
                {
                    share.ShareId,
                    share.Name,
                    Key = key,
                    share.DisplayName,
                    share.Comment,
                    share.Properties,
                    share.Owner,
                },
                cancellationToken
            );
            return null;
        }
        catch (DbException exception) when (exception.SqlState == "23505")
        {
            // Somebody else took the name between the look and the change.
            return AlreadyThere(share.Name);
        }
    }

    private static Refusal AlreadyThere(string name) => Refusal.Conflict("SHARE_ALREADY_EXISTS", $"Share '{name}' exists already.");
}
