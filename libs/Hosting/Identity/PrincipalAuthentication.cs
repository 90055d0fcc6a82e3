using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Tideway.Hosting.Web;

namespace Tideway.Hosting.Identity;

/// <summary>Our own service principals by bearer token. The credential of a recipient gives no user here.</summary>
internal sealed class PrincipalAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options,
    ILoggerFactory loggers,
    UrlEncoder encoder,
    ICredentialCache credentials
) : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    public const string SchemeName = "principal";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (!BearerToken.TryRead(Request, out var token))
            return AuthenticateResult.NoResult();
        var credential = await credentials.FindAsync(token, Context.Connection.RemoteIpAddress, Context.RequestAborted);
        if (credential is not { Kind: CredentialKind.Principal })
            return AuthenticateResult.Fail("The token is unknown, has ended or is not one of ours.");
        var identity = new ClaimsIdentity(SchemeName);
        identity.AddClaim(new Claim(ClaimTypes.NameIdentifier, credential.Id.ToString()));
        identity.AddClaim(new Claim(ClaimTypes.Name, credential.Name));
        foreach (var role in credential.Roles)
            identity.AddClaim(new Claim(ClaimTypes.Role, role));
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), SchemeName));
    }

    protected override async Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        var failed = (await HandleAuthenticateOnceSafeAsync()).Failure is not null;
        Response.Headers.WWWAuthenticate = failed ? "Bearer realm=\"tideway\", error=\"invalid_token\"" : "Bearer realm=\"tideway\"";
        var message = failed
            ? "The bearer token is unknown, has ended or is not a service principal's."
            : "The bearer token of a service principal was expected in the Authorization header.";
        await Problems.Of(StatusCodes.Status401Unauthorized, "UNAUTHENTICATED", message).ExecuteAsync(Context);
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties)
    {
        var needed = Context.GetEndpoint()?.Metadata.GetOrderedMetadata<RequiredRoles>().Select(required => string.Join(" or ", required.Roles)) ?? [];
        var message = $"This needs the role {string.Join(" and ", needed)}; the principal {Context.User.Identity?.Name} does not have it.";
        return Problems.Of(StatusCodes.Status403Forbidden, "PERMISSION_DENIED", message).ExecuteAsync(Context);
    }
}
