using System.Diagnostics;
using Tideway.Contracts.RecipientAuth;
using Tideway.RecipientAuth.Refusals;

namespace Tideway.RecipientAuth.Activation;

/// <summary>The event of a link that was refused.</summary>
internal static class RefusedLink
{
    public static RecipientActivationRefused Describe(Stranger stranger, string action, LinkResult result) =>
        new()
        {
            RefusalId = stranger.RefusalId,
            Action = action,
            Reason = Name(result.Refusal!.Value),
            RecipientId = result.RecipientId,
            RecipientName = result.RecipientName,
            SourceIp = stranger.SourceIp,
            UserAgent = stranger.UserAgent,
            OccurredAt = stranger.At,
        };

    private static string Name(LinkRefusal reason) =>
        reason switch
        {
            LinkRefusal.Unknown => "unknown",
            LinkRefusal.Used => "used",
            LinkRefusal.LinkExpired => "link_expired",
            LinkRefusal.RecipientExpired => "recipient_expired",
            LinkRefusal.AddressNotAllowed => "address_not_allowed",
            _ => throw new UnreachableException(),
        };
}
