using Microsoft.AspNetCore.Http.HttpResults;
using Tideway.DeltaSharing.Server.Serving;
using Tideway.Hosting.Identity;
using Tideway.Hosting.Web;

namespace Tideway.CdfPublisher.Subscriptions;

/// <summary>Lets only recipients through, by the bearer token with which they also read shares.</summary>
internal sealed class RecipientCaller(RecipientCredentials credentials) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        if (!BearerToken.TryRead(http.Request, out var token))
            return Refuse(http, "The bearer token of a recipient was expected in the Authorization header.");
        var check = await credentials.CheckAsync(token, http.Connection.RemoteIpAddress, http.RequestAborted);
        switch (check.Outcome)
        {
            case RecipientCheckOutcome.Allowed:
                http.Items[typeof(RecipientCaller)] = check.Credential;
                return await next(context);
            case RecipientCheckOutcome.AddressDenied:
                return Problems.Of(StatusCodes.Status403Forbidden, "PERMISSION_DENIED", "The recipient may not call from this address.");
            default:
                return Refuse(http, "The bearer token is unknown, has ended or is not a recipient's.");
        }
    }

    /// <summary>The recipient that was let through.</summary>
    public static Credential Of(HttpContext context) => (Credential)context.Items[typeof(RecipientCaller)]!;

    private static ProblemHttpResult Refuse(HttpContext http, string message)
    {
        http.Response.Headers.WWWAuthenticate = "Bearer realm=\"tideway\"";
        return Problems.Of(StatusCodes.Status401Unauthorized, "UNAUTHENTICATED", message);
    }
}
