using System.Data.Common;
using Microsoft.Extensions.Options;
using Tideway.Hosting.Database;
using Tideway.RecipientAuth.Secrets;
using Tideway.RecipientAuth.Storage;

namespace Tideway.RecipientAuth.Recipients;

/// <summary>Recipients as they are kept. Every change tells the other services in its own transaction.</summary>
internal sealed class RecipientStore(RecipientAuthDatabase database, IOptions<CredentialOptions> options, TimeProvider time)
{
    private const string UniqueViolation = "23505";

    public async Task<Outcome<RecipientWithLink>> CreateAsync(CreateRecipient request, string actor, CancellationToken cancellationToken)
    {
        if (RecipientRules.Create(request, actor, Now()).IsRefused(out var refusal, out var recipient))
            return refusal;
        await using var transaction = await database.BeginAsync(cancellationToken);
        if (await transaction.ExecuteAsync(RecipientSql.Insert, RecipientRow.Of(recipient), cancellationToken) == 0)
            return NameTaken(recipient.Name);
        var link = await InsertLinkAsync(transaction, recipient.Id, actor, recipient.CreatedAt, options.Value.ActivationLinkLifetime, cancellationToken);
        var tokens = await TokensAsync(transaction, recipient.Id, cancellationToken);
        transaction.PublishCreated(recipient);
        await transaction.CommitAsync(cancellationToken);
        return new RecipientWithLink(recipient with { Tokens = tokens }, link.TokenId, link.Nonce);
    }

    public async Task<Recipient?> FindAsync(string name, CancellationToken cancellationToken)
    {
        var row = await database.QueryFirstOrDefaultAsync<RecipientRow>(RecipientSql.ByKey, new { key = ObjectName.Key(name) }, cancellationToken);
        return row is null ? null : (await WithTokensAsync([row], cancellationToken))[0];
    }

    /// <summary>Recipients in the order of their names, after the given key.</summary>
    public async Task<IReadOnlyList<Recipient>> ListAsync(string after, int limit, CancellationToken cancellationToken)
    {
        var rows = await database.QueryAsync<RecipientRow>(RecipientSql.Page, new { after, limit }, cancellationToken);
        return await WithTokensAsync(rows, cancellationToken);
    }

    public async Task<Outcome<Recipient>> UpdateAsync(string name, UpdateRecipient request, string actor, CancellationToken cancellationToken)
    {
        await using var transaction = await database.BeginAsync(cancellationToken);
        if (await LockAsync(transaction, name, cancellationToken) is not { } before)
            return DoesNotExist(name);
        var now = Now();
        if (RecipientRules.Update(before, request, now).IsRefused(out var refusal, out var wanted))
            return refusal;
        if (RecipientRow.Of(wanted) == RecipientRow.Of(before))
            return before;

        var after = wanted with { Revision = before.Revision + 1, UpdatedAt = now, UpdatedBy = actor };
        if (!await TryUpdateAsync(transaction, after, cancellationToken))
            return NameTaken(after.Name);
        if (after.ExpirationTime is { } end)
            await transaction.ExecuteAsync(
                RecipientTokenSql.Shorten,
                new
                {
                    recipientId = after.Id,
                    end,
                    now,
                    actor,
                },
                cancellationToken
            );
        after = after with { Tokens = await TokensAsync(transaction, after.Id, cancellationToken) };
        transaction.PublishUpdated(after);
        transaction.PublishCredentialsChanged(after.Id, now);
        await transaction.CommitAsync(cancellationToken);
        return after;
    }

    public async Task<Outcome<Recipient>> DeleteAsync(string name, string actor, CancellationToken cancellationToken)
    {
        await using var transaction = await database.BeginAsync(cancellationToken);
        if (await LockAsync(transaction, name, cancellationToken) is not { } recipient)
            return DoesNotExist(name);
        var now = Now();
        await transaction.ExecuteAsync(RecipientSql.Delete, new { id = recipient.Id }, cancellationToken);
        transaction.PublishDeleted(recipient, actor, now);
        transaction.PublishCredentialsChanged(recipient.Id, now);
        await transaction.CommitAsync(cancellationToken);
        return recipient;
    }

    public static Refusal DoesNotExist(string name) => new(StatusCodes.Status404NotFound, "RECIPIENT_DOES_NOT_EXIST", $"Recipient '{name}' does not exist.");

    /// <summary>The recipient, which nobody else changes until the transaction ends.</summary>
    public static async Task<Recipient?> LockAsync(ServiceTransaction transaction, string name, CancellationToken cancellationToken)
    {
        var row = await transaction.QueryFirstOrDefaultAsync<RecipientRow>(RecipientSql.LockByKey, new { key = ObjectName.Key(name) }, cancellationToken);
        return row?.ToRecipient(await TokensAsync(transaction, row.Id, cancellationToken));
    }

    public static Task<IReadOnlyList<RecipientToken>> TokensAsync(ServiceTransaction transaction, Guid recipientId, CancellationToken cancellationToken) =>
        transaction.QueryAsync<RecipientToken>(RecipientTokenSql.OfRecipient, new { recipientId }, cancellationToken);

    public static async Task<(Guid TokenId, string Nonce)> InsertLinkAsync(
        ServiceTransaction transaction,
        Guid recipientId,
        string actor,
        DateTimeOffset now,
        TimeSpan lifetime,
        CancellationToken cancellationToken
    )
    {
        var id = Guid.CreateVersion7(now);
        var nonce = Secret.NewNonce();
        await transaction.ExecuteAsync(
            RecipientTokenSql.Insert,
            new
            {
                id,
                recipientId,
                nonceSha256 = Secret.Sha256(nonce),
                linkExpiresAt = now + lifetime,
                now,
                actor,
            },
            cancellationToken
        );
        return (id, nonce);
    }

    private static async Task<bool> TryUpdateAsync(ServiceTransaction transaction, Recipient recipient, CancellationToken cancellationToken)
    {
        var taken = await transaction.QueryFirstOrDefaultAsync<int?>(
            RecipientSql.KeyTaken,
            new { key = ObjectName.Key(recipient.Name), id = recipient.Id },
            cancellationToken
        );
        if (taken is not null)
            return false;
        try
        {
            await transaction.ExecuteAsync(RecipientSql.Update, RecipientRow.Of(recipient), cancellationToken);
            return true;
        }
        catch (DbException exception) when (string.Equals(exception.SqlState, UniqueViolation, StringComparison.Ordinal))
        {
            // Where several write at once, another may take the name between the look and the update.
            return false;
        }
    }

    private async Task<IReadOnlyList<Recipient>> WithTokensAsync(IReadOnlyList<RecipientRow> rows, CancellationToken cancellationToken)
    {
        if (rows.Count == 0)
            return [];
        var run = new { first = rows[0].NameKey, last = rows[^1].NameKey };
        var tokens = await database.QueryAsync<RecipientToken>(RecipientTokenSql.OfRecipients, run, cancellationToken);
        var byRecipient = tokens.ToLookup(t => t.RecipientId);
        return [.. rows.Select(r => r.ToRecipient([.. byRecipient[r.Id]]))];
    }

    private static Refusal NameTaken(string name) => new(StatusCodes.Status409Conflict, "RECIPIENT_ALREADY_EXISTS", $"Recipient '{name}' already exists.");

    private DateTimeOffset Now() => time.GetUtcNow();
}
