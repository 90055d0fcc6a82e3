using System.Security.Claims;

namespace Tideway.RecipientAuth;

/// <summary>Who asks, for the record.</summary>
internal static class ActorName
{
    /// <summary>Name of the signed-in principal.</summary>
    public static string Actor(this ClaimsPrincipal user) =>
        user.Identity?.Name ?? throw new InvalidOperationException("The route lets in callers without a name.");
}
