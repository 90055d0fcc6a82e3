using System.Net;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Tideway.Hosting.Web;
using Tideway.RecipientAuth.Secrets;

namespace Tideway.RecipientAuth.Activation;

/// <summary>Refuses links, always in the same words, and slows down addresses that were refused often.</summary>
internal sealed class ActivationRefusals(IOptions<CredentialOptions> options, TimeProvider time, ILogger<ActivationRefusals> logger)
{
    private readonly RefusalLimit limit = new(options.Value.RefusedActivationsPerMinute, TimeSpan.FromMinutes(1), time);

    /// <summary>429 where the address has to wait, whatever it brings.</summary>
    public ProblemHttpResult? Wait(HttpContext context, IPAddress? source)
    {
        if (limit.Wait(context, source) is not { } wait)
            return null;
        Telemetry.Activations.Add(1, new KeyValuePair<string, object?>("outcome", "limited"));
        return wait;
    }

    /// <summary>404 as for a link that never was.</summary>
    public ProblemHttpResult Refuse(LinkRefusal reason, string? recipientName, IPAddress? source)
    {
        if (limit.Record(source))
            logger.AddressHasToWait(source?.ToString());
        Telemetry.Activations.Add(1, new KeyValuePair<string, object?>("outcome", "refused"));
        logger.ActivationRefused(source?.ToString(), reason, recipientName);
        return Problems.NotFound("RESOURCE_DOES_NOT_EXIST", "This activation link cannot be used. Ask whoever sent it for a new one.");
    }
}
