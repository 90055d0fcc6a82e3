using Microsoft.AspNetCore.Http.HttpResults;
using Tideway.Hosting.Identity;

namespace Tideway.RecipientAuth.Introspection;

/// <summary>
/// What the other services of the organisation ask where a token is not in their caches. They, who see where a token comes from, keep floods of
/// made-up tokens away: a limit here would refuse the tokens of the one for the guesses of the other.
/// </summary>
internal static class IntrospectionEndpoints
{
    private const int Sha256HexLength = 64;

    public static RouteHandlerBuilder MapIntrospection(this IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/internal/v1/introspect", IntrospectAsync)
            .RequireInternalKey()
            .WithName("introspect")
            .WithSummary("What a token stands for; 204 where it is unknown, ended or revoked")
            .ExcludeFromDescription();

    private static async Task<Results<Ok<Credential>, NoContent, ProblemHttpResult>> IntrospectAsync(
        Introspect request,
        HttpContext context,
        DatabaseCredentialSource source,
        CancellationToken cancellationToken
    )
    {
        if (request.TokenSha256 is not { Length: Sha256HexLength } hash || !hash.All(char.IsAsciiHexDigitLower))
            return Refusal.Invalid("token_sha256", "the SHA-256 of the token in lower-case hex", "something else").ToProblem();
        context.Response.Headers.CacheControl = "no-store";
        if (await source.FindAsync(hash, cancellationToken) is { } credential)
        {
            Telemetry.Introspections.Add(1, new KeyValuePair<string, object?>("outcome", "known"));
            return TypedResults.Ok(credential);
        }

        Telemetry.Introspections.Add(1, new KeyValuePair<string, object?>("outcome", "unknown"));
        return TypedResults.NoContent();
    }
}

/// <summary>A question what a token stands for. The token itself never travels between our services.</summary>
public sealed record Introspect
{
    /// <summary>SHA-256 of the token, lower-case hex.</summary>
    public string? TokenSha256 { get; init; }
}
