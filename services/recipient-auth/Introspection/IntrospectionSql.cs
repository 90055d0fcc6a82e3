namespace Tideway.RecipientAuth.Introspection;

internal static class IntrospectionSql
{
    /// <summary>A bearer token, not the secret of a client: that opens nothing but the token endpoint.</summary>
    public const string LiveRecipient = """
        SELECT r.id AS Id, r.name AS Name, t.expires_at AS ExpiresAt, r.allowed_ip_addresses AS AllowedIpAddresses, r.properties AS Properties
        FROM recipient_token t JOIN recipient r ON r.id = t.recipient_id
        WHERE t.token_sha256 = @tokenSha256 AND t.expires_at > @now AND r.authentication_type = 'TOKEN' AND (r.expiration_time IS NULL OR r.expiration_time > @now)
        """;

    /// <summary>An access token, as long as the secret that it was given for.</summary>
    public const string LiveClient = """
        SELECT r.id AS Id, r.name AS Name, a.expires_at AS ExpiresAt, r.allowed_ip_addresses AS AllowedIpAddresses, r.properties AS Properties
        FROM access_token a JOIN recipient_token t ON t.id = a.client_id JOIN recipient r ON r.id = t.recipient_id
        WHERE a.token_sha256 = @tokenSha256 AND a.expires_at > @now AND t.expires_at > @now
            AND (r.expiration_time IS NULL OR r.expiration_time > @now)
        """;

    public const string LivePrincipal = """
        SELECT id AS Id, name AS Name, token_expires_at AS ExpiresAt, roles AS Roles
        FROM principal
        WHERE token_sha256 = @tokenSha256 AND token_expires_at > @now
        """;
}
