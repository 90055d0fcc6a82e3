using System.Net;
using Tideway.Hosting.Identity;

namespace Tideway.DeltaSharing.Server.Serving;

/// <summary>Tells whether a bearer token lets its bearer use the sharing protocol from where they are.</summary>
public sealed class RecipientCredentials(ICredentialCache credentials, TimeProvider time)
{
    /// <summary>
    /// Checks a token. Throws <see cref="CredentialCheckException"/> where it cannot be checked just now, which is a refusal.
    /// </summary>
    public async ValueTask<RecipientCheck> CheckAsync(string token, IPAddress? source, CancellationToken cancellationToken)
    {
        var credential = await credentials.FindAsync(token, source, cancellationToken);
        if (credential is not { Kind: CredentialKind.Recipient })
            return new RecipientCheck(RecipientCheckOutcome.Unknown, null);
        if (credential.ExpiresAt <= time.GetUtcNow())
            return new RecipientCheck(RecipientCheckOutcome.Expired, credential);
        return IpAccessList.Allows(credential.AllowedIpAddresses, source)
            ? new RecipientCheck(RecipientCheckOutcome.Allowed, credential)
            : new RecipientCheck(RecipientCheckOutcome.AddressDenied, credential);
    }
}

/// <summary>What came of checking a recipient's token; <paramref name="Credential"/> is null only where the token is unknown.</summary>
public sealed record RecipientCheck(RecipientCheckOutcome Outcome, Credential? Credential);

/// <summary>What came of checking a recipient's token.</summary>
public enum RecipientCheckOutcome
{
    /// <summary>The recipient may go on.</summary>
    Allowed,

    /// <summary>Nobody's token, or not a recipient's.</summary>
    Unknown,

    /// <summary>The token's time is over.</summary>
    Expired,

    /// <summary>The address is not on the recipient's access list.</summary>
    AddressDenied,
}
