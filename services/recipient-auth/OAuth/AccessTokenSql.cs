namespace Tideway.RecipientAuth.OAuth;

internal static class AccessTokenSql
{
    /// <summary>The client with this id and secret, and its recipient, whether or not they are still good.</summary>
    public const string Client = """
        SELECT r.id AS RecipientId, r.name AS RecipientName, r.allowed_ip_addresses AS AllowedIpAddresses, r.expiration_time AS RecipientExpiresAt,
            t.token_sha256 AS SecretSha256, t.expires_at AS SecretExpiresAt
        FROM recipient_token t JOIN recipient r ON r.id = t.recipient_id
        WHERE t.id = @clientId AND t.token_sha256 IS NOT NULL AND r.authentication_type = 'OAUTH_CLIENT_CREDENTIALS'
        """;

    /// <summary>Changes nothing, and fails to find the client where it ended meanwhile; keeps a revocation out until the transaction ends.</summary>
    public const string HoldClient = "UPDATE recipient_token SET updated_at = updated_at WHERE id = @clientId AND expires_at > @now";

    public const string Insert = """
        INSERT INTO access_token (token_sha256, client_id, issued_at, expires_at) VALUES (@tokenSha256, @clientId, @now, @expiresAt)
        """;

    /// <summary>Those that ended, and of those that did not the ones issued first, until so many are left beside the new one.</summary>
    public const string Trim = """
        DELETE FROM access_token
        WHERE client_id = @clientId AND token_sha256 <> @tokenSha256 AND (expires_at <= @now OR token_sha256 NOT IN (
            SELECT token_sha256 FROM access_token WHERE client_id = @clientId AND token_sha256 <> @tokenSha256
            ORDER BY issued_at DESC, token_sha256 LIMIT @others))
        """;
}
