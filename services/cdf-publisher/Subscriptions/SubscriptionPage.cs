using Tideway.Hosting.Web;

namespace Tideway.CdfPublisher.Subscriptions;

/// <summary>A page of subscriptions.</summary>
public sealed record SubscriptionPage
{
    /// <summary>The subscriptions, oldest first.</summary>
    public required IReadOnlyList<Subscription> Subscriptions { get; init; }

    /// <summary>Token of the next page; absent at the end.</summary>
    public string? NextPageToken { get; init; }

    /// <summary>A page out of up to one item more than it holds.</summary>
    internal static SubscriptionPage Of(IReadOnlyList<Subscription> found, int limit) =>
        new() { Subscriptions = [.. found.Take(limit)], NextPageToken = found.Count > limit ? PageRequest.TokenAfter(found[limit - 1].Id.ToString()) : null };
}
