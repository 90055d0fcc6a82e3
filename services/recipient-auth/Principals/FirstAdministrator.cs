using Microsoft.Extensions.Options;
using Tideway.Hosting.Database;
using Tideway.Hosting.Identity;
using Tideway.RecipientAuth.Secrets;
using Tideway.RecipientAuth.Storage;

namespace Tideway.RecipientAuth.Principals;

/// <summary>Makes the principal <c>admin</c> where no administrator can sign in: at the first start, or after the last one's token ended.</summary>
public sealed class FirstAdministrator
{
    private const string AdminName = "admin";

    private readonly RecipientAuthDatabase database;
    private readonly CredentialOptions options;
    private readonly TimeProvider time;

    internal FirstAdministrator(RecipientAuthDatabase database, IOptions<CredentialOptions> options, TimeProvider time)
    {
        this.database = database;
        this.options = options.Value;
        this.time = time;
    }

    /// <summary>A new token of the principal <c>admin</c>, to be shown once; <see langword="null"/> where an administrator can sign in already.</summary>
    public async Task<string?> EnsureAsync(CancellationToken cancellationToken)
    {
        await using var transaction = await database.BeginAsync(cancellationToken);
        var token = Secret.NewPrincipalToken();
        if (!await TryMakeAsync(transaction, token, cancellationToken))
            return null;
        await transaction.CommitAsync(cancellationToken);
        return token;
    }

    /// <summary>Gives the principal <c>admin</c> a token that the configuration holds.</summary>
    internal async Task<BootstrapResult> EnsureAsync(string token, CancellationToken cancellationToken)
    {
        await using var transaction = await database.BeginAsync(cancellationToken);
        if (!await TryMakeAsync(transaction, token, cancellationToken))
            return BootstrapResult.NotNeeded;
        var spent = new { tokenSha256 = Secret.Sha256(token), now = time.GetUtcNow() };
        if (await transaction.ExecuteAsync(PrincipalSql.SpendBootstrapToken, spent, cancellationToken) == 0)
            return BootstrapResult.TokenSpent;
        await transaction.CommitAsync(cancellationToken);
        return BootstrapResult.Made;
    }

    private async Task<bool> TryMakeAsync(ServiceTransaction transaction, string token, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var existing = await PrincipalStore.LockAsync(transaction, AdminName, cancellationToken);
        if (await PrincipalStore.CountOtherAdminsAsync(transaction, Guid.Empty, now, cancellationToken) > 0)
            return false;
        if (existing is { IsAdmin: true })
        {
            await PrincipalStore.ReplaceTokenAsync(
                transaction,
                existing,
                token,
                options.PrincipalTokenLifetime,
                RecipientAuthStartup.Name,
                now,
                cancellationToken
            );
            return true;
        }

        var principal = new Principal
        {
            Id = Guid.CreateVersion7(now),
            // Somebody gave the name to a principal that is no administrator; it stays what it is.
            Name = existing is null ? AdminName : $"{AdminName}-{now:yyyyMMddHHmmss}",
            Comment = "The first administrator.",
            Roles = [Roles.Admin],
            TokenExpiresAt = now + options.PrincipalTokenLifetime,
            CreatedAt = now,
            CreatedBy = RecipientAuthStartup.Name,
            UpdatedAt = now,
            UpdatedBy = RecipientAuthStartup.Name,
        };
        return await PrincipalStore.TryInsertAsync(transaction, principal, token, cancellationToken);
    }
}

/// <summary>What became of a token from the configuration.</summary>
internal enum BootstrapResult
{
    /// <summary>An administrator can sign in already.</summary>
    NotNeeded,

    /// <summary>The principal <c>admin</c> has the token now.</summary>
    Made,

    /// <summary>The token made an administrator once before and does not do so again.</summary>
    TokenSpent,
}
