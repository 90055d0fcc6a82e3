using Microsoft.AspNetCore.Http;
using Tideway.DeltaSharing.Server.Serving;
using Tideway.Hosting.Identity;

namespace Tideway.DeltaSharing.Server.Authentication;

/// <summary>Authenticates recipients by the bearer token that recipient-auth gave them.</summary>
public sealed class BearerRecipientAuthenticator(RecipientCredentials credentials) : IRecipientAuthenticator
{
    /// <inheritdoc />
    public async ValueTask<RecipientAuthentication> AuthenticateAsync(HttpContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (RecipientToken.Read(context.Request, out var fault) is not { } token)
            return new RecipientAuthentication.Refused(fault);
        var result = await CheckAsync(token, context, cancellationToken);
        return result with { Fingerprint = RecipientToken.Fingerprint(token) };
    }

    private async ValueTask<RecipientAuthentication> CheckAsync(string token, HttpContext context, CancellationToken cancellationToken)
    {
        RecipientCheck check;
        try
        {
            check = await credentials.CheckAsync(token, context.Connection.RemoteIpAddress, cancellationToken);
        }
        catch (TooManyUnknownTokensException)
        {
            return new RecipientAuthentication.Refused(RefusalReason.TooManyUnknown);
        }
        catch (CredentialCheckException)
        {
            return new RecipientAuthentication.Refused(RefusalReason.Unavailable);
        }

        var recipient = check.Credential is { } known ? new Recipient(known.Id, known.Name, known.Properties) : null;
        return check.Outcome switch
        {
            RecipientCheckOutcome.Allowed => new RecipientAuthentication.Granted(recipient!),
            RecipientCheckOutcome.Expired => new RecipientAuthentication.Refused(RefusalReason.Expired, recipient),
            RecipientCheckOutcome.AddressDenied => new RecipientAuthentication.Refused(RefusalReason.AddressDenied, recipient),
            _ => new RecipientAuthentication.Refused(RefusalReason.Unknown),
        };
    }
}
