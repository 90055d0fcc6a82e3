using System.Net.Mime;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Primitives;
using Tideway.RecipientAuth.Refusals;

namespace Tideway.RecipientAuth.OAuth;

/// <summary>
/// Access tokens for the secrets of clients: the grant <c>client_credentials</c> of RFC 6749 (section 4.4), in the form that sharing clients use for
/// profiles of type <c>oauth_client_credentials</c>.
/// </summary>
internal static class TokenEndpoint
{
    public const string Path = "/oauth/token";

    private const long MaxBodyBytes = 16 * 1024;

    public static void MapTokenEndpoint(this IEndpointRouteBuilder routes) =>
        routes
            .MapPost(Path, IssueAsync)
            .AllowAnonymous()
            .DisableAntiforgery()
            .WithMetadata(new Microsoft.AspNetCore.Mvc.RequestSizeLimitAttribute(MaxBodyBytes))
            .WithName("issueAccessToken")
            .WithTags("OAuth")
            .WithSummary("A short-lived token for a client's id and secret (grant client_credentials)")
            .Produces<TokenAnswer>()
            .Produces<TokenError>(StatusCodes.Status400BadRequest)
            .Produces<TokenError>(StatusCodes.Status401Unauthorized)
            .Produces<TokenError>(StatusCodes.Status413PayloadTooLarge)
            .Produces<TokenError>(StatusCodes.Status429TooManyRequests);

    private static async Task<JsonHttpResult<object>> IssueAsync(
        HttpContext context,
        AccessTokenStore store,
        [FromKeyedServices(Path)] StrangerRefusals refusals,
        ILogger<AccessTokenStore> logger,
        CancellationToken cancellationToken
    )
    {
        KeepFromCaches(context.Response);
        var source = context.Connection.RemoteIpAddress;
        if (refusals.HasToWait(context))
            return Error(StatusCodes.Status429TooManyRequests, "slow_down", "There were too many refused requests from this address; try again later.");

        if (
            context.Request.GetTypedHeaders().ContentType?.MediaType.Equals(MediaTypeNames.Application.FormUrlEncoded, StringComparison.OrdinalIgnoreCase)
            != true
        )
            return Error(
                400,
                "invalid_request",
                $"Expected a body of {MediaTypeNames.Application.FormUrlEncoded}, got {context.Request.ContentType ?? "none"}."
            );
        IFormCollection form;
        try
        {
            form = await context.Request.ReadFormAsync(cancellationToken);
        }
        catch (InvalidDataException exception)
        {
            return Error(400, "invalid_request", $"The form cannot be read: {exception.Message}");
        }

        if (form["grant_type"] is not [{ } grant])
            return Error(400, "invalid_request", $"Expected one grant_type, got {form["grant_type"].Count}.");
        if (grant != "client_credentials")
            return Error(400, "unsupported_grant_type", "Expected the grant_type client_credentials.");
        if (ClientCredentials.Read(context.Request, form) is not { } credentials)
            return Unauthorized(context);
        var result = await store.IssueAsync(credentials, source, cancellationToken);
        if (result.Refusal is not null)
        {
            var stranger = refusals.Refuse(context);
            logger.AccessTokenRefused(stranger.SourceIp, result.Refusal.Value, result.RecipientName);
            await refusals.RecordAsync(RefusedClient.Describe(stranger, result));
            return Unauthorized(context);
        }

        refusals.Count("issued");
        return TypedResults.Json<object>(
            new TokenAnswer
            {
                AccessToken = result.Token!,
                ExpiresIn = (long)result.Lifetime.TotalSeconds,
                Scope = form["scope"] is [{ Length: > 0 } scope] ? scope : null,
            }
        );
    }

    private static JsonHttpResult<object> Unauthorized(HttpContext context)
    {
        context.Response.Headers.WWWAuthenticate = new StringValues("Basic realm=\"oauth\"");
        return Error(StatusCodes.Status401Unauthorized, "invalid_client", "The client is unknown, its secret is wrong, or neither is good any more.");
    }

    /// <summary>RFC 6749, section 5.1; also for errors.</summary>
    internal static void KeepFromCaches(HttpResponse response)
    {
        response.Headers.CacheControl = "no-store";
        response.Headers.Pragma = "no-cache";
    }

    internal static JsonHttpResult<object> Error(int status, string error, string description) =>
        TypedResults.Json<object>(new TokenError { Error = error, ErrorDescription = description }, statusCode: status);
}

/// <summary>A token (RFC 6749, section 5.1).</summary>
public sealed record TokenAnswer
{
    /// <summary>Goes after <c>Authorization: Bearer</c>.</summary>
    [JsonPropertyName("access_token")]
    public required string AccessToken { get; init; }

    /// <summary>Always <c>Bearer</c>.</summary>
    [JsonPropertyName("token_type")]
    public string TokenType { get; init; } = "Bearer";

    /// <summary>Seconds for which it is good.</summary>
    [JsonPropertyName("expires_in")]
    public required long ExpiresIn { get; init; }

    /// <summary>The scope that was asked for. A token reads what its recipient is granted, whatever the scope.</summary>
    [JsonPropertyName("scope")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Scope { get; init; }
}

/// <summary>Why there is no token (RFC 6749, section 5.2).</summary>
public sealed record TokenError
{
    /// <summary>One of the RFC's codes, or <c>slow_down</c>, <c>server_error</c> or <c>temporarily_unavailable</c>.</summary>
    [JsonPropertyName("error")]
    public required string Error { get; init; }

    /// <summary>For people.</summary>
    [JsonPropertyName("error_description")]
    public required string ErrorDescription { get; init; }
}
