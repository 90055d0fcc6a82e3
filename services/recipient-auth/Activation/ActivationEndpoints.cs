using System.Diagnostics;
using System.Net.Mime;
using Microsoft.AspNetCore.Http.HttpResults;
using Tideway.DeltaSharing.Protocol;
using Tideway.Hosting.Web;
using Tideway.RecipientAuth.Refusals;

namespace Tideway.RecipientAuth.Activation;

/// <summary>
/// What a partner opens without a credential. Unknown, used, ended and foreign links are refused alike, so that a stranger learns nothing; the
/// reason is in the log and on record.
/// </summary>
internal static class ActivationEndpoints
{
    public const string Path = "/api/2.1/unity-catalog/public";

    private const string FileName = "config.share";
    private const string LookAction = "getActivationUrlInfo";
    private const string ActivateAction = "retrieveRecipientToken";

    public static RouteGroupBuilder MapActivation(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup(Path).AllowAnonymous().AddEndpointFilter(KeepSecretAsync).WithTags("Activation");
        group
            .MapGet("/data_sharing_activation_info/{nonce}", LookAsync)
            .WithName(LookAction)
            .WithSummary("Whether an activation link can be used from here; does not use it");
        group
            .MapGet("/data_sharing_activation/{nonce}", ActivateAsync)
            .WithName(ActivateAction)
            .WithSummary("The credential file of a recipient, once; to a browser, a page from which it is downloaded")
            .Produces(StatusCodes.Status200OK, contentType: MediaTypeNames.Application.Json)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status429TooManyRequests);
        return group;
    }

    private static async Task<Results<Ok<ActivationInfo>, ProblemHttpResult>> LookAsync(
        string nonce,
        HttpContext context,
        ActivationStore store,
        [FromKeyedServices(Path)] StrangerRefusals refusals,
        ILogger<ActivationStore> logger,
        CancellationToken cancellationToken
    )
    {
        var source = context.Connection.RemoteIpAddress;
        if (refusals.HasToWait(context))
            return TooMany();
        var result = await store.LookAsync(nonce, source, cancellationToken);
        return result.Refusal is not null
            ? await RefuseAsync(context, refusals, logger, LookAction, result)
            : TypedResults.Ok(new ActivationInfo { ExpirationTime = result.ExpiresAt.ToUnixTimeMilliseconds() });
    }

    private static async Task<Results<FileContentHttpResult, ContentHttpResult, ProblemHttpResult>> ActivateAsync(
        string nonce,
        bool? download,
        HttpContext context,
        ActivationStore store,
        [FromKeyedServices(Path)] StrangerRefusals refusals,
        ActivationAddress address,
        ILogger<ActivationStore> logger,
        CancellationToken cancellationToken
    )
    {
        // A browser shows a page first: mail and chat programs that look at links for people would otherwise use them up.
        if (download is not true && AsksForHtml(context.Request))
            return ActivationPage.Write(context.Response);

        var source = context.Connection.RemoteIpAddress;
        if (refusals.HasToWait(context))
            return TooMany();
        var result = await store.ActivateAsync(nonce, source, cancellationToken);
        if (result.Refusal is not null)
            return await RefuseAsync(context, refusals, logger, ActivateAction, result);

        logger.TokenIssued(result.RecipientName, result.ExpiresAt);
        refusals.Count("issued");
        var profile = new SharingProfile
        {
            Endpoint = address.SharingEndpoint,
            Credential = result.ClientId is { } clientId
                ? new OAuthClientCredential
                {
                    TokenEndpoint = address.TokenEndpoint,
                    ClientId = clientId.ToString(),
                    ClientSecret = result.Token!,
                }
                : new BearerTokenCredential(result.Token!),
            ExpirationTime = result.ExpiresAt,
        };
        return TypedResults.File(profile.ToJson(), MediaTypeNames.Application.Json, FileName);
    }

    private static ProblemHttpResult TooMany() =>
        Problems.Of(
            StatusCodes.Status429TooManyRequests,
            "RESOURCE_LIMIT_EXCEEDED",
            "There were too many refused requests from this address; try again later."
        );

    // As for a link that never was.
    private static async Task<ProblemHttpResult> RefuseAsync(
        HttpContext context,
        StrangerRefusals refusals,
        ILogger<ActivationStore> logger,
        string action,
        LinkResult result
    )
    {
        var stranger = refusals.Refuse(context);
        logger.ActivationRefused(stranger.SourceIp, result.Refusal!.Value, result.RecipientName);
        await refusals.RecordAsync(RefusedLink.Describe(stranger, action, result));
        return Problems.NotFound("RESOURCE_DOES_NOT_EXIST", "This activation link cannot be used. Ask whoever sent it for a new one.");
    }

    private static bool AsksForHtml(HttpRequest request) =>
        request.GetTypedHeaders().Accept.Any(a => a.MediaType.Equals(MediaTypeNames.Text.Html, StringComparison.OrdinalIgnoreCase));

    // The address is the secret: nothing that is written about this request from here on may show it, and no cache or other site may keep it.
    private static ValueTask<object?> KeepSecretAsync(EndpointFilterInvocationContext invocation, EndpointFilterDelegate next)
    {
        var context = invocation.HttpContext;
        var hidden = $"{Path}/(hidden)";
        context.Request.Path = hidden;
        if (Activity.Current is { } activity && activity.GetTagItem("url.path") is not null)
            activity.SetTag("url.path", hidden);
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers["Referrer-Policy"] = "no-referrer";
        return next(invocation);
    }
}

/// <summary>What may be known of a link that can be used.</summary>
public sealed record ActivationInfo
{
    /// <summary>When the link ends, in milliseconds since 1970.</summary>
    public required long ExpirationTime { get; init; }
}
