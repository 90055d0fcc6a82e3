using Microsoft.Extensions.Options;
using Tideway.Contracts.RecipientAuth;
using Tideway.Hosting.Database;
using Tideway.Hosting.Identity;
using Tideway.RecipientAuth.Secrets;
using Tideway.RecipientAuth.Storage;

namespace Tideway.RecipientAuth.Principals;

/// <summary>Our own service principals as they are kept. Each has one token; who needs two for a while makes a second principal.</summary>
internal sealed class PrincipalStore(RecipientAuthDatabase database, IOptions<CredentialOptions> options, TimeProvider time)
{
    private const int MaxCommentLength = 65_536;
    private const long MaxLifetimeSeconds = CredentialOptions.MaxTokenDays * 86_400L;

    public async Task<Outcome<PrincipalWithToken>> CreateAsync(CreatePrincipal request, string actor, CancellationToken cancellationToken)
    {
        if (Check(request) is { } refusal)
            return refusal;
        if (LifetimeOf(request.TokenLifetimeSeconds).IsRefused(out var badLifetime, out var lifetime))
            return badLifetime;
        var now = time.GetUtcNow();
        var principal = new Principal
        {
            Id = Guid.CreateVersion7(now),
            Name = request.Name!,
            Comment = string.IsNullOrEmpty(request.Comment) ? null : request.Comment,
            Roles = [.. Roles.All.Where(r => request.Roles!.Contains(r))],
            TokenExpiresAt = now + lifetime.Value,
            CreatedAt = now,
            CreatedBy = actor,
            UpdatedAt = now,
            UpdatedBy = actor,
        };
        var token = Secret.NewPrincipalToken();
        await using var transaction = await database.BeginAsync(cancellationToken);
        await transaction.ExecuteAsync(PrincipalSql.TakeTurn, parameters: null, cancellationToken);
        if (!await TryInsertAsync(transaction, principal, token, cancellationToken))
            return new Refusal(StatusCodes.Status409Conflict, "PRINCIPAL_ALREADY_EXISTS", $"Principal '{principal.Name}' already exists.");
        await transaction.CommitAsync(cancellationToken);
        return new PrincipalWithToken(principal, token);
    }

    public async Task<Principal?> FindAsync(string name, CancellationToken cancellationToken) =>
        (await database.QueryFirstOrDefaultAsync<PrincipalRow>(PrincipalSql.ByKey, new { key = ObjectName.Key(name) }, cancellationToken))?.ToPrincipal();

    /// <summary>Principals in the order of their names, after the given key.</summary>
    public async Task<IReadOnlyList<Principal>> ListAsync(string after, int limit, CancellationToken cancellationToken) =>
        [.. (await database.QueryAsync<PrincipalRow>(PrincipalSql.Page, new { after, limit }, cancellationToken)).Select(r => r.ToPrincipal())];

    /// <summary>Gives a principal a new token; the one before it ends at once.</summary>
    public async Task<Outcome<PrincipalWithToken>> RotateAsync(string name, RotatePrincipalToken request, string actor, CancellationToken cancellationToken)
    {
        if (LifetimeOf(request.TokenLifetimeSeconds).IsRefused(out var refusal, out var lifetime))
            return refusal;
        await using var transaction = await database.BeginAsync(cancellationToken);
        if (await LockAsync(transaction, name, cancellationToken) is not { } principal)
            return DoesNotExist(name);
        var token = Secret.NewPrincipalToken();
        var after = await ReplaceTokenAsync(transaction, principal, token, lifetime.Value, actor, time.GetUtcNow(), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new PrincipalWithToken(after, token);
    }

    /// <summary>Removes a principal; refused for the last administrator who can sign in.</summary>
    public async Task<Outcome<Principal>> DeleteAsync(string name, string actor, CancellationToken cancellationToken)
    {
        await using var transaction = await database.BeginAsync(cancellationToken);
        if (await LockAsync(transaction, name, cancellationToken) is not { } principal)
            return DoesNotExist(name);
        var now = time.GetUtcNow();
        if (principal.IsAdmin && await CountOtherAdminsAsync(transaction, principal.Id, now, cancellationToken) == 0)
            return new Refusal(
                StatusCodes.Status409Conflict,
                "INVALID_STATE",
                $"Principal '{principal.Name}' is the last administrator; make another one first."
            );
        await transaction.ExecuteAsync(PrincipalSql.Delete, new { id = principal.Id }, cancellationToken);
        PublishTokenRevoked(transaction, principal, actor, now);
        await transaction.CommitAsync(cancellationToken);
        return principal;
    }

    public static Refusal DoesNotExist(string name) => new(StatusCodes.Status404NotFound, "PRINCIPAL_DOES_NOT_EXIST", $"Principal '{name}' does not exist.");

    public static async Task<bool> TryInsertAsync(ServiceTransaction transaction, Principal principal, string token, CancellationToken cancellationToken)
    {
        if (await transaction.ExecuteAsync(PrincipalSql.Insert, PrincipalRow.Of(principal, Secret.Sha256(token)), cancellationToken) == 0)
            return false;
        transaction.Publish(
            new PrincipalCreated
            {
                PrincipalId = principal.Id,
                PrincipalName = principal.Name,
                Roles = principal.Roles,
                Actor = principal.CreatedBy,
                OccurredAt = principal.CreatedAt,
            }
        );
        return true;
    }

    public static async Task<Principal?> LockAsync(ServiceTransaction transaction, string name, CancellationToken cancellationToken)
    {
        await transaction.ExecuteAsync(PrincipalSql.TakeTurn, parameters: null, cancellationToken);
        return (
            await transaction.QueryFirstOrDefaultAsync<PrincipalRow>(PrincipalSql.ByKey, new { key = ObjectName.Key(name) }, cancellationToken)
        )?.ToPrincipal();
    }

    public static async Task<Principal> ReplaceTokenAsync(
        ServiceTransaction transaction,
        Principal principal,
        string token,
        TimeSpan lifetime,
        string actor,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        var after = principal with { TokenExpiresAt = now + lifetime, UpdatedAt = now, UpdatedBy = actor };
        await transaction.ExecuteAsync(
            PrincipalSql.ReplaceToken,
            new
            {
                id = principal.Id,
                tokenSha256 = Secret.Sha256(token),
                expiresAt = after.TokenExpiresAt,
                now,
                actor,
            },
            cancellationToken
        );
        PublishTokenRevoked(transaction, principal, actor, now);
        return after;
    }

    public static async Task<long> CountOtherAdminsAsync(ServiceTransaction transaction, Guid id, DateTimeOffset now, CancellationToken cancellationToken) =>
        await transaction.QueryFirstOrDefaultAsync<long>(
            PrincipalSql.CountOtherAdmins,
            new
            {
                id,
                yes = true,
                now,
            },
            cancellationToken
        );

    private static void PublishTokenRevoked(ServiceTransaction transaction, Principal principal, string actor, DateTimeOffset now)
    {
        transaction.Publish(
            new PrincipalTokenRevoked
            {
                PrincipalId = principal.Id,
                PrincipalName = principal.Name,
                Actor = actor,
                OccurredAt = now,
            }
        );
        transaction.Publish(new CredentialsChanged { OwnerId = principal.Id, OccurredAt = now });
    }

    private static Refusal? Check(CreatePrincipal request)
    {
        if (ObjectName.Check("name", request.Name) is { } badName)
            return badName;
        if (request.Comment is { Length: > MaxCommentLength } || (request.Comment?.Contains('\0', StringComparison.Ordinal) ?? false))
            return Refusal.Invalid("comment", $"at most {MaxCommentLength} characters, none of them NUL", request.Comment);
        if (request.Roles is not { Count: > 0 })
            return Refusal.Invalid("roles", "one or more of " + string.Join(", ", Roles.All), got: null);
        foreach (var role in request.Roles)
        {
            if (!Roles.All.Contains(role))
                return Refusal.Invalid("roles", "only " + string.Join(", ", Roles.All), role);
        }

        return null;
    }

    private Outcome<Lifetime> LifetimeOf(long? seconds) =>
        seconds switch
        {
            null => new Lifetime(options.Value.PrincipalTokenLifetime),
            >= 1 and <= MaxLifetimeSeconds => new Lifetime(TimeSpan.FromSeconds(seconds.Value)),
            _ => Refusal.Invalid("token_lifetime_seconds", $"1 to {MaxLifetimeSeconds}", seconds),
        };

    private sealed record Lifetime(TimeSpan Value);
}
