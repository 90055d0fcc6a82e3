using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Tideway.Hosting.Web;

namespace Tideway.Hosting.Identity;

/// <summary>The other services of the organisation by the key they share, compared in constant time. Refuses everybody where no key is configured.</summary>
internal sealed class InternalKeyAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options,
    ILoggerFactory loggers,
    UrlEncoder encoder,
    IOptions<InternalOptions> internalKey
) : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    public const string SchemeName = "internal";

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (!BearerToken.TryRead(Request, out var shown))
            return Task.FromResult(AuthenticateResult.NoResult());
        // Hashes have one length, so the comparison tells nothing of the key's.
        if (internalKey.Value.Key is not { } key || !CryptographicOperations.FixedTimeEquals(Hash(shown), Hash(key)))
            return Task.FromResult(AuthenticateResult.Fail("This is not the internal key."));
        return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(new ClaimsIdentity(SchemeName)), SchemeName)));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.Headers.WWWAuthenticate = "Bearer realm=\"tideway-internal\"";
        return Problems.Of(StatusCodes.Status401Unauthorized, "UNAUTHENTICATED", "The internal key was expected.").ExecuteAsync(Context);
    }

    private static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}

/// <summary>Marks endpoints that only the other services of the organisation may call.</summary>
public static class InternalEndpoints
{
    /// <summary>Only callers that show <see cref="InternalOptions.Key"/> as bearer token. Checked before anything of the request is read.</summary>
    public static TBuilder RequireInternalKey<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder =>
        builder.RequireAuthorization(new AuthorizationPolicyBuilder(InternalKeyAuthentication.SchemeName).RequireAuthenticatedUser().Build());
}
