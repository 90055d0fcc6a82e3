using Microsoft.AspNetCore.Http;

namespace Tideway.DeltaSharing.Server.Authentication;

/// <summary>Tells who makes a protocol call.</summary>
public interface IRecipientAuthenticator
{
    /// <summary>Who makes the call, or why nobody does. An exception is taken for a failure of the server, never for a pass.</summary>
    ValueTask<RecipientAuthentication> AuthenticateAsync(HttpContext context, CancellationToken cancellationToken);
}
