using Microsoft.Extensions.Options;
using Tideway.Contracts.RecipientAuth;
using Tideway.RecipientAuth.Storage;

namespace Tideway.RecipientAuth.Recipients;

/// <summary>Replaces and revokes the tokens of a recipient.</summary>
internal sealed class RecipientTokenStore(RecipientAuthDatabase database, IOptions<CredentialOptions> options, TimeProvider time)
{
    /// <summary>
    /// Makes a new link and gives the tokens before it an end. A link that was not used yet is replaced. Refused where two tokens would stay
    /// alive beside the new one's.
    /// </summary>
    public async Task<Outcome<RecipientWithLink>> RotateAsync(string name, RotateToken request, string actor, CancellationToken cancellationToken)
    {
        if (request.ExistingTokenExpireInSeconds is not ({ } seconds and >= 0))
            return Refusal.Invalid("existing_token_expire_in_seconds", "0 or a positive number of seconds", request.ExistingTokenExpireInSeconds);

        await using var transaction = await database.BeginAsync(cancellationToken);
        if (await RecipientStore.LockAsync(transaction, name, cancellationToken) is not { } recipient)
            return RecipientStore.DoesNotExist(name);
        var now = time.GetUtcNow();
        if (recipient.ExpirationTime <= now)
            return new Refusal(
                StatusCodes.Status400BadRequest,
                "INVALID_STATE",
                $"The expiration_time of recipient {recipient.Name} has passed; set a later one first."
            );

        // No token lives longer than a year, so that a later end changes nothing.
        var end = now.AddSeconds(Math.Min(seconds, CredentialOptions.MaxTokenDays * 86_400L));
        await transaction.ExecuteAsync(RecipientTokenSql.DeleteUnusedAndEnded, new { recipientId = recipient.Id, now }, cancellationToken);
        var shortened = await transaction.ExecuteAsync(
            RecipientTokenSql.Shorten,
            new
            {
                recipientId = recipient.Id,
                end,
                now,
                actor,
            },
            cancellationToken
        );
        var live = (await RecipientStore.TokensAsync(transaction, recipient.Id, cancellationToken)).Where(t => t.IsLive(now)).ToList();
        if (live.Count > 1)
            return new Refusal(
                StatusCodes.Status400BadRequest,
                "INVALID_PARAMETER_VALUE",
                $"There are already two active tokens for recipient {recipient.Name}"
            );

        var (tokenId, nonce) = await RecipientStore.InsertLinkAsync(
            transaction,
            recipient.Id,
            actor,
            now,
            options.Value.ActivationLinkLifetime,
            cancellationToken
        );
        var tokens = await RecipientStore.TokensAsync(transaction, recipient.Id, cancellationToken);
        transaction.Publish(
            new RecipientTokenRotated
            {
                RecipientId = recipient.Id,
                RecipientName = recipient.Name,
                TokenId = tokenId,
                PreviousTokensExpireAt = live is [var previous] ? previous.ExpiresAt!.Value : now,
                Actor = actor,
                OccurredAt = now,
            }
        );
        if (shortened > 0)
            transaction.PublishCredentialsChanged(recipient.Id, now);
        await transaction.CommitAsync(cancellationToken);
        return new RecipientWithLink(recipient with { Tokens = tokens }, tokenId, nonce);
    }

    /// <summary>Ends a token, or a link that was not used yet, at once.</summary>
    public async Task<Outcome<Recipient>> RevokeAsync(string name, Guid tokenId, string actor, CancellationToken cancellationToken)
    {
        await using var transaction = await database.BeginAsync(cancellationToken);
        if (await RecipientStore.LockAsync(transaction, name, cancellationToken) is not { } recipient)
            return RecipientStore.DoesNotExist(name);
        if (await transaction.ExecuteAsync(RecipientTokenSql.Delete, new { id = tokenId, recipientId = recipient.Id }, cancellationToken) == 0)
            return new Refusal(StatusCodes.Status404NotFound, "RESOURCE_DOES_NOT_EXIST", $"Recipient '{recipient.Name}' has no token {tokenId}.");

        var now = time.GetUtcNow();
        transaction.Publish(
            new RecipientTokenRevoked
            {
                RecipientId = recipient.Id,
                RecipientName = recipient.Name,
                TokenId = tokenId,
                Actor = actor,
                OccurredAt = now,
            }
        );
        transaction.PublishCredentialsChanged(recipient.Id, now);
        await transaction.CommitAsync(cancellationToken);
        return recipient with { Tokens = [.. recipient.Tokens.Where(t => t.Id != tokenId)] };
    }
}
