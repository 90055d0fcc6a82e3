using System.Diagnostics;
using Tideway.Contracts.RecipientAuth;
using Tideway.RecipientAuth.Refusals;

namespace Tideway.RecipientAuth.OAuth;

/// <summary>The event of a client that was refused a token.</summary>
internal static class RefusedClient
{
    public static RecipientAccessTokenRefused Describe(Stranger stranger, TokenResult result) =>
        new()
        {
            RefusalId = stranger.RefusalId,
            Reason = Name(result.Refusal!.Value),
            RecipientId = result.RecipientId,
            RecipientName = result.RecipientName,
            SourceIp = stranger.SourceIp,
            UserAgent = stranger.UserAgent,
            OccurredAt = stranger.At,
        };

    private static string Name(ClientRefusal reason) =>
        reason switch
        {
            ClientRefusal.UnknownClient => "unknown_client",
            ClientRefusal.WrongSecret => "wrong_secret",
            ClientRefusal.SecretExpired => "secret_expired",
            ClientRefusal.RecipientExpired => "recipient_expired",
            ClientRefusal.AddressNotAllowed => "address_not_allowed",
            _ => throw new UnreachableException(),
        };
}
