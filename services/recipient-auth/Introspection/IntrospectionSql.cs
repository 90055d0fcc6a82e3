namespace Tideway.RecipientAuth.Introspection;

internal static class IntrospectionSql
{
    public const string LiveRecipient = """
        SELECT r.id AS Id, r.name AS Name, t.expires_at AS ExpiresAt, r.allowed_ip_addresses AS AllowedIpAddresses, r.properties AS Properties
        FROM recipient_token t JOIN recipient r ON r.id = t.recipient_id
        WHERE t.token_sha256 = @tokenSha256 AND t.expires_at > @now AND (r.expiration_time IS NULL OR r.expiration_time > @now)
        """;

    public const string LivePrincipal = """
        SELECT id AS Id, name AS Name, token_expires_at AS ExpiresAt, roles AS Roles
        FROM principal
        WHERE token_sha256 = @tokenSha256 AND token_expires_at > @now
        """;
}
