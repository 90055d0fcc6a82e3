using Tideway.Hosting.Web;

namespace Tideway.CdfPublisher.Deliveries;

/// <summary>A notice for the operator to look at.</summary>
public sealed record Delivery
{
    /// <summary>Identity of the delivery; also the CloudEvents id.</summary>
    public required Guid Id { get; init; }

    /// <summary>The subscription.</summary>
    public required Guid SubscriptionId { get; init; }

    /// <summary>Whose it is.</summary>
    public required string RecipientName { get; init; }

    /// <summary>Where it goes.</summary>
    public required string Endpoint { get; init; }

    /// <summary>The share.</summary>
    public required string Share { get; init; }

    /// <summary>The schema.</summary>
    public required string Schema { get; init; }

    /// <summary>The table.</summary>
    public required string Table { get; init; }

    /// <summary>First new version.</summary>
    public required long FromVersion { get; init; }

    /// <summary>Last new version.</summary>
    public required long ToVersion { get; init; }

    /// <summary>Whether row changes can be read for the range.</summary>
    public required bool ChangeFeedAvailable { get; init; }

    /// <summary>What became of it.</summary>
    public required DeliveryState State { get; init; }

    /// <summary>Attempts so far.</summary>
    public required int Attempts { get; init; }

    /// <summary>HTTP status of the last answer, if there was one.</summary>
    public int? LastStatus { get; init; }

    /// <summary>What the last attempt met.</summary>
    public string? LastError { get; init; }

    /// <summary>The later delivery that it became part of.</summary>
    public Guid? MergedInto { get; init; }

    /// <summary>When it was queued, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was done with, UTC.</summary>
    public DateTimeOffset? CompletedAt { get; init; }

    /// <summary>When its subscription is tried next, UTC.</summary>
    public DateTimeOffset? NextAttemptAt { get; init; }
}

/// <summary>A page of deliveries.</summary>
public sealed record DeliveryPage
{
    /// <summary>The deliveries, newest first.</summary>
    public required IReadOnlyList<Delivery> Deliveries { get; init; }

    /// <summary>Token of the next page; absent at the end.</summary>
    public string? NextPageToken { get; init; }

    /// <summary>A page out of up to one item more than it holds.</summary>
    internal static DeliveryPage Of(IReadOnlyList<Delivery> found, int limit) =>
        new() { Deliveries = [.. found.Take(limit)], NextPageToken = found.Count > limit ? PageRequest.TokenAfter(found[limit - 1].Id.ToString()) : null };
}
