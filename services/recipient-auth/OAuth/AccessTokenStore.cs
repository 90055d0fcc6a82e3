using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Tideway.Contracts.RecipientAuth;
using Tideway.RecipientAuth.Recipients;
using Tideway.RecipientAuth.Secrets;
using Tideway.RecipientAuth.Storage;

namespace Tideway.RecipientAuth.OAuth;

/// <summary>Why a client got no token; for the operator, never for the stranger.</summary>
internal enum ClientRefusal
{
    UnknownClient,
    WrongSecret,
    SecretExpired,
    RecipientExpired,
    AddressNotAllowed,
}

/// <summary>What a client got: a token, or a reason why none.</summary>
internal sealed record TokenResult
{
    public ClientRefusal? Refusal { get; init; }

    /// <summary>Whose client it is, where that is known.</summary>
    public Guid? RecipientId { get; init; }

    public string? RecipientName { get; init; }

    /// <summary>It cannot be had again.</summary>
    public string? Token { get; init; }

    /// <summary>How long it is good.</summary>
    public TimeSpan Lifetime { get; init; }
}

/// <summary>Gives clients access tokens for their secrets.</summary>
internal sealed class AccessTokenStore(RecipientAuthDatabase database, IOptions<OAuthOptions> options, TimeProvider time)
{
    // Compared where there is no client, so that how long it takes says nothing about which ids there are.
    private static readonly string NoSecret = Secret.Sha256("");

    public async Task<TokenResult> IssueAsync(ClientCredentials credentials, IPAddress? source, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var client = Guid.TryParse(credentials.Id, out var clientId)
            ? await database.QueryFirstOrDefaultAsync<Client>(AccessTokenSql.Client, new { clientId }, cancellationToken)
            : null;
        if (Check(client, credentials.Secret, source, now) is { } refusal)
            return new TokenResult
            {
                Refusal = refusal,
                RecipientId = client?.RecipientId,
                RecipientName = client?.RecipientName,
            };

        // No token outlives the secret that it was given for, or the recipient.
        var end = now + options.Value.AccessTokenLifetime;
        if (client!.SecretExpiresAt < end)
            end = client.SecretExpiresAt;
        if (client.RecipientExpiresAt < end)
            end = client.RecipientExpiresAt.Value;
        var token = Secret.NewAccessToken();
        await using var transaction = await database.BeginAsync(cancellationToken);
        if (await transaction.ExecuteAsync(AccessTokenSql.HoldClient, new { clientId, now }, cancellationToken) == 0)
            return new TokenResult
            {
                Refusal = ClientRefusal.SecretExpired,
                RecipientId = client.RecipientId,
                RecipientName = client.RecipientName,
            };
        var row = new
        {
            tokenSha256 = Secret.Sha256(token),
            clientId,
            now,
            expiresAt = end,
            others = options.Value.MaxAccessTokensPerClient - 1,
        };
        await transaction.ExecuteAsync(AccessTokenSql.Insert, row, cancellationToken);
        await transaction.ExecuteAsync(AccessTokenSql.Trim, row, cancellationToken);
        transaction.Publish(
            new RecipientAccessTokenIssued
            {
                RecipientId = client.RecipientId,
                RecipientName = client.RecipientName,
                ClientId = clientId,
                IssueId = Guid.CreateVersion7(now),
                ExpiresAt = end,
                SourceIp = source?.ToString(),
                OccurredAt = now,
            }
        );
        await transaction.CommitAsync(cancellationToken);
        return new TokenResult
        {
            RecipientId = client.RecipientId,
            RecipientName = client.RecipientName,
            Token = token,
            Lifetime = end - now,
        };
    }

    private static ClientRefusal? Check(Client? client, string secret, IPAddress? source, DateTimeOffset now)
    {
        var isRight = CryptographicOperations.FixedTimeEquals(
            Encoding.ASCII.GetBytes(Secret.Sha256(secret)),
            Encoding.ASCII.GetBytes(client?.SecretSha256 ?? NoSecret)
        );
        if (client is null)
            return ClientRefusal.UnknownClient;
        if (!isRight)
            return ClientRefusal.WrongSecret;
        if (client.SecretExpiresAt <= now)
            return ClientRefusal.SecretExpired;
        if (client.RecipientExpiresAt <= now)
            return ClientRefusal.RecipientExpired;
        return IpAccessList.OfStored(JsonColumn.List(client.AllowedIpAddresses)).Allows(source) ? null : ClientRefusal.AddressNotAllowed;
    }

    private sealed record Client
    {
        public Guid RecipientId { get; init; }

        public string RecipientName { get; init; } = "";

        public string AllowedIpAddresses { get; init; } = "[]";

        public DateTimeOffset? RecipientExpiresAt { get; init; }

        public string SecretSha256 { get; init; } = "";

        public DateTimeOffset SecretExpiresAt { get; init; }
    }
}
