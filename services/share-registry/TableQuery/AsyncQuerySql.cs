namespace Tideway.ShareRegistry.TableQuery;

/// <summary>Statements on queries that were not ready at once.</summary>
internal static class AsyncQuerySql
{
    private const string Columns =
        "query_id AS QueryId, idempotency_key AS IdempotencyKey, body AS Body, table_version AS TableVersion, "
        + "file_id_hash AS FileIdHash, answered_at AS AnsweredAt";

    public const string FindByKey =
        $"SELECT {Columns} FROM async_query WHERE recipient_id = @recipientId AND table_id = @tableId AND idempotency_key = @key AND created_at > @since";

    public const string FindById =
        $"SELECT {Columns} FROM async_query WHERE query_id = @queryId AND recipient_id = @recipientId AND table_id = @tableId AND created_at > @since";

    public const string DeleteEnded = "DELETE FROM async_query WHERE created_at <= @since";

    public const string Count = """
        SELECT count(*) AS Everyone, coalesce(sum(CASE WHEN recipient_id = @recipientId THEN 1 ELSE 0 END), 0) AS Own
        FROM async_query WHERE answered_at IS NULL AND created_at > @since
        """;

    public const string Answered = "UPDATE async_query SET answered_at = @at WHERE query_id = @queryId AND answered_at IS NULL";

    public const string Insert = """
        INSERT INTO async_query (query_id, recipient_id, table_id, idempotency_key, body, table_version, file_id_hash, created_at)
        VALUES (@queryId, @recipientId, @tableId, @key, @body, @version, @fileIdHash, @at)
        ON CONFLICT (recipient_id, table_id, idempotency_key) DO NOTHING
        """;
}
