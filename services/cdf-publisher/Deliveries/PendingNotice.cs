namespace Tideway.CdfPublisher.Deliveries;

/// <summary>The notice at the head of a subscription's queue, with what sending it takes.</summary>
internal sealed record PendingNotice
{
    public required Guid DeliveryId { get; init; }

    public required Guid SubscriptionId { get; init; }

    public required Guid RecipientId { get; init; }

    public required string RecipientName { get; init; }

    public required string Endpoint { get; init; }

    /// <summary>Encrypted.</summary>
    public required string Secret { get; init; }

    /// <summary>Encrypted; the secret before, while it still counts.</summary>
    public string? PreviousSecret { get; init; }

    public DateTimeOffset? PreviousSecretUntil { get; init; }

    public required long Sequence { get; init; }

    public required string ShareName { get; init; }

    public required string SchemaName { get; init; }

    public required string TableName { get; init; }

    public required long FromVersion { get; init; }

    public required long ToVersion { get; init; }

    public required bool ChangeFeedAvailable { get; init; }

    public required DateTimeOffset OccurredAt { get; init; }

    public required int Attempts { get; init; }

    /// <summary>Failures of the subscription in a row, whichever notice they met.</summary>
    public required int Failures { get; init; }

    /// <summary>Whether the recipient may still read the table.</summary>
    public required bool Granted { get; init; }
}
