using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Tideway.Hosting.Identity;
using Tideway.RecipientAuth.Secrets;

namespace Tideway.RecipientAuth.Introspection;

/// <summary>What the other services of the organisation ask where a token is not in their caches.</summary>
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
        UnknownTokens unknown,
        CancellationToken cancellationToken
    )
    {
        if (request.TokenSha256 is not { Length: Sha256HexLength } hash || !hash.All(char.IsAsciiHexDigitLower))
            return Refusal.Invalid("token_sha256", "the SHA-256 of the token in lower-case hex", "something else").ToProblem();
        var caller = context.Connection.RemoteIpAddress;
        if (unknown.Limit.Wait(context, caller) is { } wait)
            return wait;
        context.Response.Headers.CacheControl = "no-store";
        if (await source.FindAsync(hash, cancellationToken) is { } credential)
        {
            Telemetry.Introspections.Add(1, new KeyValuePair<string, object?>("outcome", "known"));
            return TypedResults.Ok(credential);
        }

        Telemetry.Introspections.Add(1, new KeyValuePair<string, object?>("outcome", "unknown"));
        unknown.Record(caller);
        return TypedResults.NoContent();
    }
}

/// <summary>A question what a token stands for. The token itself never travels between our services.</summary>
public sealed record Introspect
{
    /// <summary>SHA-256 of the token, lower-case hex.</summary>
    public string? TokenSha256 { get; init; }
}

/// <summary>How many unknown tokens each calling service asks for.</summary>
internal sealed class UnknownTokens(IOptions<CredentialOptions> options, TimeProvider time, ILogger<UnknownTokens> logger)
{
    public RefusalLimit Limit { get; } = new(options.Value.UnknownTokensPerSecond, TimeSpan.FromSeconds(1), time);

    public void Record(System.Net.IPAddress? caller)
    {
        if (Limit.Record(caller))
            logger.AddressHasToWait(caller?.ToString());
    }
}
