using Tideway.Hosting.Identity;
using Tideway.RecipientAuth.Storage;

namespace Tideway.RecipientAuth.Introspection;

/// <summary>
/// Credentials straight from the database, never from a cache: what was revoked a moment ago is not found. A token is looked up by its hash, so
/// how long that takes says nothing about the tokens there are.
/// </summary>
internal sealed class DatabaseCredentialSource(RecipientAuthDatabase database, TimeProvider time) : ICredentialSource
{
    public async Task<Credential?> FindAsync(string tokenSha256, CancellationToken cancellationToken)
    {
        var parameters = new { tokenSha256, now = time.GetUtcNow() };
        var recipient =
            await database.QueryFirstOrDefaultAsync<Row>(IntrospectionSql.LiveRecipient, parameters, cancellationToken)
            ?? await database.QueryFirstOrDefaultAsync<Row>(IntrospectionSql.LiveClient, parameters, cancellationToken);
        if (recipient is not null)
        {
            return new Credential
            {
                Kind = CredentialKind.Recipient,
                Id = recipient.Id,
                Name = recipient.Name,
                ExpiresAt = recipient.ExpiresAt,
                AllowedIpAddresses = JsonColumn.List(recipient.AllowedIpAddresses),
                Properties = JsonColumn.Map(recipient.Properties),
            };
        }

        if (await database.QueryFirstOrDefaultAsync<Row>(IntrospectionSql.LivePrincipal, parameters, cancellationToken) is { } principal)
        {
            return new Credential
            {
                Kind = CredentialKind.Principal,
                Id = principal.Id,
                Name = principal.Name,
                ExpiresAt = principal.ExpiresAt,
                Roles = JsonColumn.List(principal.Roles),
            };
        }

        return null;
    }

    private sealed record Row
    {
        public Guid Id { get; init; }

        public string Name { get; init; } = "";

        public DateTimeOffset ExpiresAt { get; init; }

        public string AllowedIpAddresses { get; init; } = "[]";

        public string Properties { get; init; } = "{}";

        public string Roles { get; init; } = "[]";
    }
}
