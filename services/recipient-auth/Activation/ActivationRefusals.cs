using System.Net;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Tideway.Contracts.RecipientAuth;
using Tideway.Hosting.Identity;
using Tideway.Hosting.Web;
using Tideway.RecipientAuth.Storage;

namespace Tideway.RecipientAuth.Activation;

/// <summary>Refuses links, always in the same words, puts each refusal on record, and slows down addresses that were refused often.</summary>
internal sealed class ActivationRefusals(
    RecipientAuthDatabase database,
    IOptions<CredentialOptions> options,
    TimeProvider time,
    ILogger<ActivationRefusals> logger
)
{
    private const int MaxUserAgentLength = 256;

    private readonly RefusalLimit limit = new(options.Value.RefusedActivationsPerMinute, TimeSpan.FromMinutes(1), time);

    /// <summary>429 where the address has to wait, whatever it brings.</summary>
    public ProblemHttpResult? Wait(HttpContext context, IPAddress? source)
    {
        if (limit.Wait(source) is not { } wait)
            return null;
        Telemetry.Activations.Add(1, new KeyValuePair<string, object?>("outcome", "limited"));
        context.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString();
        return Problems.Of(
            StatusCodes.Status429TooManyRequests,
            "RESOURCE_LIMIT_EXCEEDED",
            "There were too many refused requests from this address; try again later."
        );
    }

    /// <summary>404 as for a link that never was.</summary>
    public async Task<ProblemHttpResult> RefuseAsync(HttpContext context, string action, LinkResult result, IPAddress? source)
    {
        var reason = result.Refusal!.Value;
        if (limit.Record(source))
            logger.AddressHasToWait(source?.ToString());
        Telemetry.Activations.Add(1, new KeyValuePair<string, object?>("outcome", "refused"));
        logger.ActivationRefused(source?.ToString(), reason, result.RecipientName);
        var agent = context.Request.Headers.UserAgent.ToString();
        // Whoever goes away early is on record all the same.
        await using var transaction = await database.BeginAsync(CancellationToken.None);
        transaction.Publish(
            new RecipientActivationRefused
            {
                RefusalId = Guid.CreateVersion7(),
                Action = action,
                Reason = Name(reason),
                RecipientId = result.RecipientId,
                RecipientName = result.RecipientName,
                SourceIp = source?.ToString(),
                UserAgent = agent.Length > MaxUserAgentLength ? agent[..MaxUserAgentLength] : agent,
                OccurredAt = time.GetUtcNow(),
            }
        );
        await transaction.CommitAsync(CancellationToken.None);
        return Problems.NotFound("RESOURCE_DOES_NOT_EXIST", "This activation link cannot be used. Ask whoever sent it for a new one.");
    }

    private static string Name(LinkRefusal reason) =>
        reason switch
        {
            LinkRefusal.Unknown => "unknown",
            LinkRefusal.Used => "used",
            LinkRefusal.LinkExpired => "link_expired",
            LinkRefusal.RecipientExpired => "recipient_expired",
            LinkRefusal.AddressNotAllowed => "address_not_allowed",
            _ => throw new System.Diagnostics.UnreachableException(),
        };
}
