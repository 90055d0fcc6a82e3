using Tideway.CdfPublisher.Shares;
using Tideway.CdfPublisher.Storage;
using Tideway.Hosting.Web;

namespace Tideway.CdfPublisher.Deliveries;

/// <summary>Deliveries as the operator sees them.</summary>
internal sealed class DeliveryBook(CdfPublisherDatabase database, DeliverySignal signal, TimeProvider time)
{
    /// <summary>A page, newest first; one more than asked for where there are more. Null filters mean any.</summary>
    public async Task<IReadOnlyList<Delivery>> ListAsync(DeliveryFilter filter, PageRequest page, CancellationToken cancellationToken)
    {
        var rows = await database.QueryAsync<Row>(
            DeliverySql.List,
            new
            {
                before = page.After.Length == 0 ? null : page.After,
                subscriptionId = filter.SubscriptionId?.ToString(),
                recipient = Key(filter.RecipientName),
                state = filter.State?.ToString().ToUpperInvariant(),
                share = Key(filter.Share),
                schema = Key(filter.Schema),
                table = Key(filter.Table),
                limit = page.Limit + 1,
            },
            cancellationToken
        );
        return [.. rows.Select(row => row.ToDelivery())];
    }

    public async Task<Delivery?> FindAsync(Guid deliveryId, CancellationToken cancellationToken) =>
        (await database.QueryFirstOrDefaultAsync<Row>(DeliverySql.One, new { deliveryId }, cancellationToken))?.ToDelivery();

    /// <summary>Sends a delivery that was done with again, under the same identity and at once. False where it is not in such a state.</summary>
    public async Task<bool> ReplayAsync(Guid deliveryId, CancellationToken cancellationToken)
    {
        await using var transaction = await database.BeginAsync(cancellationToken);
        if (await transaction.QueryFirstOrDefaultAsync<string>(DeliverySql.Replay, new { deliveryId }, cancellationToken) is not { } subscriptionId)
            return false;
        await transaction.ExecuteAsync(DeliverySql.MakeDue, new { subscriptionId, now = time.GetUtcNow() }, cancellationToken);
        transaction.OnCommitted(signal.Set);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    private static string? Key(string? name) => name is null ? null : NameKey.Of(name);

    private sealed record Row
    {
        public required Guid Id { get; init; }

        public required Guid SubscriptionId { get; init; }

        public required string RecipientName { get; init; }

        public required string Endpoint { get; init; }

        public required string Share { get; init; }

        public required string Schema { get; init; }

        public required string TableName { get; init; }

        public required long FromVersion { get; init; }

        public required long ToVersion { get; init; }

        public required bool ChangeFeedAvailable { get; init; }

        public required string State { get; init; }

        public required int Attempts { get; init; }

        public int? LastStatus { get; init; }

        public string? LastError { get; init; }

        public string? MergedInto { get; init; }

        public required DateTimeOffset CreatedAt { get; init; }

        public DateTimeOffset? CompletedAt { get; init; }

        public DateTimeOffset? NextAttemptAt { get; init; }

        public Delivery ToDelivery() =>
            new()
            {
                Id = Id,
                SubscriptionId = SubscriptionId,
                RecipientName = RecipientName,
                Endpoint = Endpoint,
                Share = Share,
                Schema = Schema,
                Table = TableName,
                FromVersion = FromVersion,
                ToVersion = ToVersion,
                ChangeFeedAvailable = ChangeFeedAvailable,
                State = Enum.Parse<DeliveryState>(State, ignoreCase: true),
                Attempts = Attempts,
                LastStatus = LastStatus,
                LastError = LastError,
                MergedInto = MergedInto is null ? null : Guid.Parse(MergedInto),
                CreatedAt = CreatedAt,
                CompletedAt = CompletedAt,
                NextAttemptAt = NextAttemptAt,
            };
    }
}

/// <summary>Which deliveries to list; null means any.</summary>
internal sealed record DeliveryFilter(Guid? SubscriptionId, string? RecipientName, DeliveryState? State, string? Share, string? Schema, string? Table);
