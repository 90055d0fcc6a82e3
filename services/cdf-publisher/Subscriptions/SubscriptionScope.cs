using Tideway.CdfPublisher.Shares;

namespace Tideway.CdfPublisher.Subscriptions;

/// <summary>What of a share a subscription is about: one table, or all of it.</summary>
internal static class SubscriptionScope
{
    /// <summary>Names of schemas hold no dot, so the key of one table is no other's.</summary>
    public static string KeyOf(string? schema, string? table) => schema is null || table is null ? "" : NameKey.Of($"{schema}.{table}");
}
