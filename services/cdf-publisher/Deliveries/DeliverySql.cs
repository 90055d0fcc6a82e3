using Tideway.CdfPublisher.Shares;
using Tideway.Hosting.Database;

namespace Tideway.CdfPublisher.Deliveries;

/// <summary>Statements on notices and whose turn it is.</summary>
internal static class DeliverySql
{
    public const string Concerned = $"""
        SELECT n.subscription_id FROM subscription n
        JOIN share s ON s.share_id = n.share_id AND NOT s.deleted {ShareSql.JoinGrants} AND g.recipient_id = n.recipient_id
        WHERE n.share_id = @ShareId AND n.state <> 'DISABLED' AND n.scope_key IN ('', @scopeKey)
        ORDER BY n.subscription_id
        """;

    /// <summary>A subscription that waits for a retry goes on waiting; another one is due now.</summary>
    public const string TakeSequence = """
        UPDATE subscription SET last_sequence = last_sequence + 1, next_attempt_at = COALESCE(next_attempt_at, @now)
        WHERE subscription_id = @subscriptionId RETURNING last_sequence
        """;

    public const string Insert = """
        INSERT INTO delivery (delivery_id, subscription_id, sequence, share_id, table_id, share_name, schema_name, table_name, from_version, to_version,
            change_feed_available, occurred_at, state, attempts, created_at)
        VALUES (@deliveryId, @subscriptionId, @sequence, @ShareId, @TableId, @ShareName, @Schema, @Name, @FromVersion, @ToVersion,
            @ChangeFeedAvailable, @OccurredAt, 'PENDING', @attempts, @now)
        """;

    public const string Next = $"""
        SELECT d.delivery_id AS DeliveryId, d.subscription_id AS SubscriptionId, n.recipient_id AS RecipientId, n.recipient_name AS RecipientName,
            n.endpoint AS Endpoint, n.secret AS Secret, n.previous_secret AS PreviousSecret, n.previous_secret_until AS PreviousSecretUntil,
            d.sequence AS Sequence, d.share_name AS ShareName, d.schema_name AS SchemaName, d.table_name AS TableName, d.from_version AS FromVersion,
            d.to_version AS ToVersion, d.change_feed_available AS ChangeFeedAvailable, d.occurred_at AS OccurredAt, d.attempts AS Attempts,
            n.failures AS Failures,
            EXISTS (SELECT 1 FROM share s {ShareSql.JoinGrants} AND g.recipient_id = n.recipient_id
                JOIN shared_table t ON t.share_id = s.share_id AND t.table_id = d.table_id
                WHERE s.share_id = d.share_id AND NOT s.deleted) AS Granted
        FROM delivery d JOIN subscription n ON n.subscription_id = d.subscription_id
        WHERE d.subscription_id = @subscriptionId AND d.state = 'PENDING' AND n.lease_owner = @worker AND n.state <> 'DISABLED'
        ORDER BY d.sequence LIMIT 1
        """;

    public const string TablesWithSeveral = """
        SELECT table_id FROM delivery
        WHERE subscription_id = @subscriptionId AND state = 'PENDING' GROUP BY table_id HAVING COUNT(*) > 1
        """;

    public const string WaitingOfTable = """
        SELECT delivery_id AS DeliveryId, share_id AS ShareId, table_id AS TableId, share_name AS ShareName, schema_name AS Schema, table_name AS Name,
            from_version AS FromVersion, to_version AS ToVersion, change_feed_available AS ChangeFeedAvailable, occurred_at AS OccurredAt,
            attempts AS Attempts
        FROM delivery WHERE subscription_id = @subscriptionId AND state = 'PENDING' AND table_id = @tableId ORDER BY sequence
        """;

    public const string NoteMerged = """
        UPDATE delivery SET state = 'MERGED', merged_into = @mergedInto, completed_at = @now
        WHERE subscription_id = @subscriptionId AND state = 'PENDING' AND table_id = @tableId AND delivery_id <> @mergedInto
        """;

    public const string NoteSent = """
        UPDATE delivery SET state = @state, attempts = attempts + 1, last_status = @status, last_error = @error,
            completed_at = CASE WHEN @state = 'PENDING' THEN NULL ELSE @now END
        WHERE delivery_id = @deliveryId AND state = 'PENDING'
        """;

    public const string Cancel =
        "UPDATE delivery SET state = 'CANCELLED', last_error = @reason, completed_at = @now WHERE delivery_id = @deliveryId AND state = 'PENDING'";

    public const string CancelAll =
        "UPDATE delivery SET state = 'CANCELLED', last_error = @reason, completed_at = @now WHERE subscription_id = @subscriptionId AND state = 'PENDING'";

    public const string NoteSuccess = """
        UPDATE subscription SET state = 'ACTIVE', state_reason = NULL, failures = 0, last_success_at = @now, lease_until = @until,
            next_attempt_at = CASE WHEN EXISTS (SELECT 1 FROM delivery d WHERE d.subscription_id = @subscriptionId AND d.state = 'PENDING') THEN @now END
        WHERE subscription_id = @subscriptionId
        """;

    public const string NoteFailure = """
        UPDATE subscription SET state = @state, state_reason = @reason, failures = failures + 1, last_failure_at = @now, next_attempt_at = @nextAttemptAt
        WHERE subscription_id = @subscriptionId
        """;

    public const string Release =
        "UPDATE subscription SET lease_owner = NULL, lease_until = 0 WHERE subscription_id = @subscriptionId AND lease_owner = @worker";

    public const string IsAnyDue = $"SELECT 1 FROM subscription n WHERE {Due} LIMIT 1";

    public const string CountPending = "SELECT COUNT(*) FROM delivery WHERE state = 'PENDING'";

    public const string CountNotActive = "SELECT COUNT(*) FROM subscription WHERE state <> 'ACTIVE'";

    private const string Due = """
        n.next_attempt_at <= @now AND n.lease_until <= @now AND n.state <> 'DISABLED'
            AND EXISTS (SELECT 1 FROM delivery d WHERE d.subscription_id = n.subscription_id AND d.state = 'PENDING')
        """;

    /// <summary>Subscriptions whose turn has come and that nobody else has.</summary>
    public static string Claim(DatabaseEngine engine) =>
        $"""
            UPDATE subscription SET lease_owner = @worker, lease_until = @until WHERE subscription_id IN (
                SELECT n.subscription_id FROM subscription n
                WHERE {Due}
                ORDER BY n.next_attempt_at LIMIT @count{(engine == DatabaseEngine.PostgreSql ? " FOR UPDATE SKIP LOCKED" : "")})
            RETURNING subscription_id
            """;

    private const string Columns = """
        d.delivery_id AS Id, d.subscription_id AS SubscriptionId, n.recipient_name AS RecipientName, n.endpoint AS Endpoint, d.share_name AS Share,
            d.schema_name AS Schema, d.table_name AS TableName, d.from_version AS FromVersion, d.to_version AS ToVersion,
            d.change_feed_available AS ChangeFeedAvailable, d.state AS State, d.attempts AS Attempts, d.last_status AS LastStatus,
            d.last_error AS LastError, d.merged_into AS MergedInto, d.created_at AS CreatedAt, d.completed_at AS CompletedAt,
            CASE WHEN d.state = 'PENDING' THEN n.next_attempt_at END AS NextAttemptAt
        FROM delivery d JOIN subscription n ON n.subscription_id = d.subscription_id
        """;

    public const string List = $"""
        SELECT {Columns}
        WHERE (@before IS NULL OR d.delivery_id < @before) AND (@subscriptionId IS NULL OR d.subscription_id = @subscriptionId)
            AND (@recipient IS NULL OR LOWER(n.recipient_name) = @recipient) AND (@state IS NULL OR d.state = @state)
            AND (@share IS NULL OR LOWER(d.share_name) = @share) AND (@schema IS NULL OR LOWER(d.schema_name) = @schema)
            AND (@table IS NULL OR LOWER(d.table_name) = @table)
        ORDER BY d.delivery_id DESC LIMIT @limit
        """;

    public const string One = $"SELECT {Columns} WHERE d.delivery_id = @deliveryId";

    public const string Replay = """
        UPDATE delivery SET state = 'PENDING', completed_at = NULL
        WHERE delivery_id = @deliveryId AND state IN ('DELIVERED', 'FAILED', 'CANCELLED') AND EXISTS
            (SELECT 1 FROM subscription n WHERE n.subscription_id = delivery.subscription_id AND n.state <> 'DISABLED')
        RETURNING subscription_id
        """;

    public const string MakeDue = "UPDATE subscription SET next_attempt_at = @now WHERE subscription_id = @subscriptionId";

    public const string Clean = "DELETE FROM delivery WHERE completed_at < @before";

    public const string DeleteOfSubscription = "DELETE FROM delivery WHERE subscription_id = @subscriptionId";
}
