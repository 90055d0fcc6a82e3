namespace Tideway.RecipientAuth.Recipients;

internal static class RecipientTokenSql
{
    private const string Columns = """
        id AS Id, recipient_id AS RecipientId, link_expires_at AS LinkExpiresAt, issued_at AS IssuedAt, expires_at AS ExpiresAt, created_at AS CreatedAt,
        created_by AS CreatedBy, updated_at AS UpdatedAt, updated_by AS UpdatedBy
        """;

    // Identities of version 7 sort by the time of their making.
    public const string OfRecipient = $"SELECT {Columns} FROM recipient_token WHERE recipient_id = @recipientId ORDER BY created_at, id";

    /// <summary>The tokens of a run of recipients in the order of their names.</summary>
    public const string OfRecipients = $"""
        SELECT {Columns} FROM recipient_token
        WHERE recipient_id IN (SELECT r.id FROM recipient r WHERE r.name_key >= @first AND r.name_key <= @last)
        ORDER BY created_at, id
        """;

    public const string OfNonce = $"SELECT {Columns} FROM recipient_token WHERE nonce_sha256 = @nonceSha256";

    public const string Insert = """
        INSERT INTO recipient_token (id, recipient_id, nonce_sha256, link_expires_at, created_at, created_by, updated_at, updated_by)
        VALUES (@id, @recipientId, @nonceSha256, @linkExpiresAt, @now, @actor, @now, @actor)
        """;

    /// <summary>Links that were not used, and tokens that ended.</summary>
    public const string DeleteUnusedAndEnded = "DELETE FROM recipient_token WHERE recipient_id = @recipientId AND (issued_at IS NULL OR expires_at <= @now)";

    public const string Shorten = """
        UPDATE recipient_token SET expires_at = @end, updated_at = @now, updated_by = @actor
        WHERE recipient_id = @recipientId AND expires_at > @end
        """;

    /// <summary>Turns an unused link into a token; changes no row where the link was used or ended.</summary>
    public const string Issue = """
        UPDATE recipient_token
        SET token_sha256 = @tokenSha256, issued_at = @now, expires_at = @expiresAt, updated_at = @now, updated_by = @actor
        WHERE id = @id AND issued_at IS NULL AND link_expires_at > @now
        """;

    public const string Delete = "DELETE FROM recipient_token WHERE id = @id AND recipient_id = @recipientId";
}
