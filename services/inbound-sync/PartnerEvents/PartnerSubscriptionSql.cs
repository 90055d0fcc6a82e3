namespace Tideway.InboundSync.PartnerEvents;

/// <summary>Statements on subscriptions to partners' notices and on the notices.</summary>
internal static class PartnerSubscriptionSql
{
    public const string Find = "SELECT subscription_id FROM partner_subscription WHERE provider_id = @providerId AND share = @share AND renew_at > @now";

    public const string Upsert =
        "INSERT INTO partner_subscription (provider_id, share, subscription_id, secret, created_at, renew_at) VALUES (@providerId, @share, @subscriptionId, @secret, @now, @renewAt) "
        + "ON CONFLICT (provider_id, share) DO UPDATE SET subscription_id = excluded.subscription_id, secret = excluded.secret, created_at = excluded.created_at, renew_at = excluded.renew_at";

    /// <summary>Has the subscriptions asked for again; until then the secrets that are there are good.</summary>
    public const string Renew = "UPDATE partner_subscription SET renew_at = 0 WHERE provider_id = @providerId";

    public const string Secrets =
        "SELECT s.provider_id AS ProviderId, p.name AS ProviderName, p.endpoint, s.share, s.secret FROM partner_subscription s JOIN provider p ON p.provider_id = s.provider_id";

    public const string Note = "INSERT INTO partner_event (event_id, provider_id, received_at) VALUES (@eventId, @providerId, @now) ON CONFLICT DO NOTHING";

    public const string Forget = "DELETE FROM partner_event WHERE received_at < @before";
}

/// <summary>What a notice of a partner is checked with.</summary>
internal sealed record PartnerSecret
{
    public required Guid ProviderId { get; init; }

    public required string ProviderName { get; init; }

    public required string Endpoint { get; init; }

    public required string Share { get; init; }

    /// <summary>The secret of the subscription, encrypted.</summary>
    public required string Secret { get; init; }

    public const string SecretPurpose = "inbound-sync/subscription";

    public static string SecretRecord(Guid providerId, string share) => $"{providerId}/{share}";
}
