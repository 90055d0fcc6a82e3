namespace Tideway.CdfPublisher.Subscriptions;

/// <summary>Statements on subscriptions.</summary>
internal static class SubscriptionSql
{
    private const string Columns = """
        n.subscription_id AS Id, n.recipient_name AS RecipientName, n.endpoint AS Endpoint, COALESCE(s.name, '') AS Share, n.schema_name AS Schema,
            n.table_name AS TableName, n.state AS State, n.state_reason AS StateReason, n.created_at AS CreatedAt, n.updated_at AS UpdatedAt,
            n.last_success_at AS LastSuccessAt, n.last_failure_at AS LastFailureAt
        FROM subscription n LEFT JOIN share s ON s.share_id = n.share_id
        """;

    public const string Find =
        "SELECT subscription_id FROM subscription WHERE recipient_id = @RecipientId AND endpoint = @Endpoint AND share_id = @ShareId AND scope_key = @ScopeKey";

    public const string Count = "SELECT COUNT(*) FROM subscription WHERE recipient_id = @RecipientId";

    public const string Upsert = """
        INSERT INTO subscription (subscription_id, recipient_id, recipient_name, endpoint, share_id, schema_name, table_name, scope_key, state,
            last_sequence, failures, lease_until, created_at, updated_at)
        VALUES (@Id, @RecipientId, @RecipientName, @Endpoint, @ShareId, @Schema, @Table, @ScopeKey, 'ACTIVE', 0, 0, 0, @now, @now)
        ON CONFLICT (recipient_id, endpoint, share_id, scope_key) DO UPDATE SET
            recipient_name = excluded.recipient_name,
            state = 'ACTIVE',
            state_reason = NULL,
            failures = 0,
            next_attempt_at = CASE WHEN subscription.next_attempt_at IS NULL THEN NULL ELSE @now END,
            updated_at = excluded.updated_at
        RETURNING subscription_id
        """;

    /// <summary>The secret before, if there was one, also signs for a while.</summary>
    public const string SetSecret = """
        UPDATE subscription SET previous_secret = secret, previous_secret_until = CASE WHEN secret IS NULL THEN NULL ELSE @previousUntil END,
            secret = @secret
        WHERE subscription_id = @id
        """;

    public const string OfRecipient =
        $"SELECT {Columns} WHERE n.recipient_id = @recipientId AND n.subscription_id > @after ORDER BY n.subscription_id LIMIT @limit";

    public const string OneOfRecipient = $"SELECT {Columns} WHERE n.recipient_id = @recipientId AND n.subscription_id = @id";

    public const string All = $"""
        SELECT {Columns}
        WHERE n.subscription_id > @after AND (@recipient IS NULL OR LOWER(n.recipient_name) = @recipient) AND (@share IS NULL OR s.name_key = @share)
            AND (@state IS NULL OR n.state = @state)
        ORDER BY n.subscription_id LIMIT @limit
        """;

    public const string Ending = """
        SELECT subscription_id AS SubscriptionId, recipient_id AS RecipientId, recipient_name AS RecipientName FROM subscription
        """;

    public const string Delete = "DELETE FROM subscription WHERE subscription_id = @subscriptionId";
}
