using Microsoft.Extensions.Options;
using Tideway.CdfPublisher.Deliveries;
using Tideway.CdfPublisher.Shares;
using Tideway.CdfPublisher.Storage;
using Tideway.Contracts.CdfPublisher;
using Tideway.Hosting.Identity;
using Tideway.Hosting.Web;

namespace Tideway.CdfPublisher.Subscriptions;

/// <summary>The subscriptions of all recipients.</summary>
internal sealed class SubscriptionStore(
    CdfPublisherDatabase database,
    SubscriptionSecrets secrets,
    DeliverySignal signal,
    IOptions<DeliveryOptions> options,
    TimeProvider time
)
{
    /// <summary>
    /// Makes a subscription whose endpoint has agreed, or renews the secret of the one there is for the same recipient, endpoint and scope.
    /// Null where the recipient has as many as it may.
    /// </summary>
    public async Task<(Subscription Subscription, bool Created)?> PutAsync(
        Credential recipient,
        Uri endpoint,
        GrantedShare share,
        (string Schema, string Table)? table,
        CancellationToken cancellationToken
    )
    {
        var now = time.GetUtcNow();
        var secret = SubscriptionSecrets.Create();
        var row = new
        {
            Id = Guid.CreateVersion7(now),
            RecipientId = recipient.Id,
            RecipientName = recipient.Name,
            Endpoint = endpoint.AbsoluteUri,
            share.ShareId,
            table?.Schema,
            table?.Table,
            ScopeKey = SubscriptionScope.KeyOf(table?.Schema, table?.Table),
            now,
        };
        await using var transaction = await database.BeginAsync(cancellationToken);
        var exists = await transaction.QueryFirstOrDefaultAsync<string>(SubscriptionSql.Find, row, cancellationToken) is not null;
        if (
            !exists
            && await transaction.QueryFirstOrDefaultAsync<long>(SubscriptionSql.Count, row, cancellationToken) >= options.Value.MaxSubscriptionsPerRecipient
        )
            return null;
        var id = Guid.Parse((await transaction.QueryFirstOrDefaultAsync<string>(SubscriptionSql.Upsert, row, cancellationToken))!);
        var previousUntil = now + options.Value.PreviousSecretLifetime;
        await transaction.ExecuteAsync(
            SubscriptionSql.SetSecret,
            new
            {
                id,
                secret = secrets.Protect(secret, id),
                previousUntil,
            },
            cancellationToken
        );
        if (id == row.Id)
        {
            transaction.Publish(
                new SubscriptionCreated
                {
                    SubscriptionId = id,
                    RecipientId = recipient.Id,
                    RecipientName = recipient.Name,
                    Endpoint = row.Endpoint,
                    ShareName = share.ShareName,
                    OccurredAt = now,
                }
            );
        }

        var stored = (
            await transaction.QueryFirstOrDefaultAsync<Row>(SubscriptionSql.OneOfRecipient, new { recipientId = recipient.Id, id }, cancellationToken)
        )!;
        transaction.OnCommitted(signal.Set);
        await transaction.CommitAsync(cancellationToken);
        return (stored.ToSubscription() with { Secret = secret }, Created: id == row.Id);
    }

    public async Task<Subscription?> FindAsync(Guid recipientId, Guid id, CancellationToken cancellationToken) =>
        (await database.QueryFirstOrDefaultAsync<Row>(SubscriptionSql.OneOfRecipient, new { recipientId, id }, cancellationToken))?.ToSubscription();

    /// <summary>A page of a recipient's own, oldest first; one more than asked for where there are more.</summary>
    public async Task<IReadOnlyList<Subscription>> ListAsync(Guid recipientId, PageRequest page, CancellationToken cancellationToken) =>
        Convert(
            await database.QueryAsync<Row>(
                SubscriptionSql.OfRecipient,
                new
                {
                    recipientId,
                    after = page.After,
                    limit = page.Limit + 1,
                },
                cancellationToken
            )
        );

    /// <summary>A page of everybody's, oldest first; one more than asked for where there are more.</summary>
    public async Task<IReadOnlyList<Subscription>> ListAllAsync(
        string? recipient,
        string? share,
        SubscriptionState? state,
        PageRequest page,
        CancellationToken cancellationToken
    ) =>
        Convert(
            await database.QueryAsync<Row>(
                SubscriptionSql.All,
                new
                {
                    recipient = recipient is null ? null : NameKey.Of(recipient),
                    share = share is null ? null : NameKey.Of(share),
                    state = state?.ToString().ToUpperInvariant(),
                    after = page.After,
                    limit = page.Limit + 1,
                },
                cancellationToken
            )
        );

    /// <summary>False where the recipient has no such subscription.</summary>
    public async Task<bool> DeleteAsync(Credential recipient, Guid id, CancellationToken cancellationToken)
    {
        await using var transaction = await database.BeginAsync(cancellationToken);
        var ended = await EndedSubscriptions.EndOneAsync(transaction, recipient.Id, id, recipient.Name, time.GetUtcNow(), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return ended > 0;
    }

    private static List<Subscription> Convert(IReadOnlyList<Row> rows) => [.. rows.Select(row => row.ToSubscription())];

    private sealed record Row
    {
        public required Guid Id { get; init; }

        public required string RecipientName { get; init; }

        public required string Endpoint { get; init; }

        public required string Share { get; init; }

        public string? Schema { get; init; }

        public string? TableName { get; init; }

        public required string State { get; init; }

        public string? StateReason { get; init; }

        public required DateTimeOffset CreatedAt { get; init; }

        public required DateTimeOffset UpdatedAt { get; init; }

        public DateTimeOffset? LastSuccessAt { get; init; }

        public DateTimeOffset? LastFailureAt { get; init; }

        public Subscription ToSubscription() =>
            new()
            {
                Id = Id,
                RecipientName = RecipientName,
                Endpoint = Endpoint,
                Share = Share,
                Schema = Schema,
                Table = TableName,
                State = Enum.Parse<SubscriptionState>(State, ignoreCase: true),
                StateReason = StateReason,
                CreatedAt = CreatedAt,
                UpdatedAt = UpdatedAt,
                LastSuccessAt = LastSuccessAt,
                LastFailureAt = LastFailureAt,
            };
    }
}
