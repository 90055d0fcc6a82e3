using System.Net;
using Microsoft.Extensions.Options;
using Tideway.Contracts.RecipientAuth;
using Tideway.RecipientAuth.Recipients;
using Tideway.RecipientAuth.Secrets;
using Tideway.RecipientAuth.Storage;

namespace Tideway.RecipientAuth.Activation;

/// <summary>Why a link gives no token; for the operator, never for the stranger.</summary>
internal enum LinkRefusal
{
    Unknown,
    Used,
    LinkExpired,
    RecipientExpired,
    AddressNotAllowed,
}

/// <summary>What a link gave: a token, or a reason why none.</summary>
internal sealed record LinkResult
{
    public LinkRefusal? Refusal { get; init; }

    /// <summary>Whose link it is, where that is known.</summary>
    public Guid? RecipientId { get; init; }

    public string? RecipientName { get; init; }

    /// <summary>Set where a token was issued; it cannot be had again. For a recipient with <see cref="ClientId"/>, the client's secret.</summary>
    public string? Token { get; init; }

    /// <summary>Set where the link gave an OAuth client.</summary>
    public Guid? ClientId { get; init; }

    /// <summary>When the token, or the link that was only looked at, ends.</summary>
    public DateTimeOffset ExpiresAt { get; init; }

    public static LinkResult Refused(LinkRefusal refusal, Guid? recipientId, string? recipientName) =>
        new()
        {
            Refusal = refusal,
            RecipientId = recipientId,
            RecipientName = recipientName,
        };
}

/// <summary>Turns activation links into tokens, each at most once.</summary>
internal sealed class ActivationStore(RecipientAuthDatabase database, IOptions<CredentialOptions> options, TimeProvider time)
{
    /// <summary>Whether a link could be used from this address; uses nothing.</summary>
    public async Task<LinkResult> LookAsync(string nonce, IPAddress? source, CancellationToken cancellationToken)
    {
        var parameters = new { nonceSha256 = Secret.Sha256(nonce) };
        var token = await database.QueryFirstOrDefaultAsync<RecipientToken>(RecipientTokenSql.OfNonce, parameters, cancellationToken);
        var row = token is null
            ? null
            : await database.QueryFirstOrDefaultAsync<RecipientRow>(RecipientSql.ById, new { id = token.RecipientId }, cancellationToken);
        return Check(token, row?.ToRecipient([]), source, time.GetUtcNow());
    }

    /// <summary>Issues the token of a link. Whoever comes second, even at the same moment, gets none.</summary>
    public async Task<LinkResult> ActivateAsync(string nonce, IPAddress? source, CancellationToken cancellationToken)
    {
        // Strangers' guesses end here, without a transaction that makes other writers wait.
        if (await LookAsync(nonce, source, cancellationToken) is { Refusal: not null } refused)
            return refused;

        await using var transaction = await database.BeginAsync(cancellationToken);
        var parameters = new { nonceSha256 = Secret.Sha256(nonce) };
        var seen = await transaction.QueryFirstOrDefaultAsync<RecipientToken>(RecipientTokenSql.OfNonce, parameters, cancellationToken);
        var row = seen is null
            ? null
            : await transaction.QueryFirstOrDefaultAsync<RecipientRow>(RecipientSql.LockById, new { id = seen.RecipientId }, cancellationToken);
        // Read again under the lock: a rotation, a revocation or another activation may have come first.
        var token = row is null ? null : await transaction.QueryFirstOrDefaultAsync<RecipientToken>(RecipientTokenSql.OfNonce, parameters, cancellationToken);
        var now = time.GetUtcNow();
        var result = Check(token, row?.ToRecipient([]), source, now);
        if (result.Refusal is not null)
            return result;

        var isClient = row!.AuthenticationType == RecipientRules.OAuthAuthentication;
        var secret = isClient ? Secret.NewClientSecret() : Secret.NewRecipientToken();
        var expiresAt = row.ExpirationTime ?? now + options.Value.TokenLifetime;
        var issued = await transaction.ExecuteAsync(
            RecipientTokenSql.Issue,
            new
            {
                id = token!.Id,
                tokenSha256 = Secret.Sha256(secret),
                now,
                expiresAt,
                actor = row.Name,
            },
            cancellationToken
        );
        if (issued != 1)
            return LinkResult.Refused(LinkRefusal.Used, row.Id, row.Name);
        transaction.Publish(
            new RecipientTokenIssued
            {
                RecipientId = row.Id,
                RecipientName = row.Name,
                TokenId = token.Id,
                ExpiresAt = expiresAt,
                SourceIp = source?.ToString(),
                OccurredAt = now,
            }
        );
        await transaction.CommitAsync(cancellationToken);
        return new LinkResult
        {
            RecipientName = row.Name,
            Token = secret,
            ClientId = isClient ? token.Id : null,
            ExpiresAt = expiresAt,
        };
    }

    private static LinkResult Check(RecipientToken? token, Recipient? recipient, IPAddress? source, DateTimeOffset now)
    {
        if (token is null || recipient is null)
            return LinkResult.Refused(LinkRefusal.Unknown, recipientId: null, recipientName: null);
        LinkRefusal? refusal = token switch
        {
            { IssuedAt: not null } => LinkRefusal.Used,
            _ when token.LinkExpiresAt <= now => LinkRefusal.LinkExpired,
            _ when recipient.ExpirationTime <= now => LinkRefusal.RecipientExpired,
            _ when !recipient.AllowedAddresses.Allows(source) => LinkRefusal.AddressNotAllowed,
            _ => null,
        };
        return refusal is null
            ? new LinkResult { RecipientName = recipient.Name, ExpiresAt = token.LinkExpiresAt }
            : LinkResult.Refused(refusal.Value, recipient.Id, recipient.Name);
    }
}
