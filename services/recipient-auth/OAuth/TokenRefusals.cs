using System.Diagnostics;
using System.Net;
using Microsoft.Extensions.Options;
using Tideway.Contracts.RecipientAuth;
using Tideway.Hosting.Identity;
using Tideway.RecipientAuth.Storage;

namespace Tideway.RecipientAuth.OAuth;

/// <summary>Puts each refusal of a token on record, and slows down addresses that were refused often.</summary>
internal sealed class TokenRefusals(RecipientAuthDatabase database, IOptions<OAuthOptions> options, TimeProvider time, ILogger<TokenRefusals> logger)
{
    private const int MaxUserAgentLength = 256;

    private readonly RefusalLimit limit = new(options.Value.RefusedPerMinute, TimeSpan.FromMinutes(1), time);

    /// <summary>How long the address has to wait, whatever it brings; <see langword="null"/> where it has not.</summary>
    public TimeSpan? Wait(IPAddress? source)
    {
        if (limit.Wait(source) is not { } wait)
            return null;
        Telemetry.AccessTokens.Add(1, new KeyValuePair<string, object?>("outcome", "limited"));
        return wait;
    }

    public async Task RecordAsync(HttpContext context, TokenResult result, IPAddress? source)
    {
        var reason = result.Refusal!.Value;
        if (limit.Record(source))
            logger.AddressHasToWait(source?.ToString());
        Telemetry.AccessTokens.Add(1, new KeyValuePair<string, object?>("outcome", "refused"));
        logger.AccessTokenRefused(source?.ToString(), reason, result.RecipientName);
        var agent = context.Request.Headers.UserAgent.ToString();
        // Whoever goes away early is on record all the same.
        await using var transaction = await database.BeginAsync(CancellationToken.None);
        transaction.Publish(
            new RecipientAccessTokenRefused
            {
                RefusalId = Guid.CreateVersion7(),
                Reason = Name(reason),
                RecipientId = result.RecipientId,
                RecipientName = result.RecipientName,
                SourceIp = source?.ToString(),
                UserAgent = agent.Length > MaxUserAgentLength ? agent[..MaxUserAgentLength] : agent,
                OccurredAt = time.GetUtcNow(),
            }
        );
        await transaction.CommitAsync(CancellationToken.None);
    }

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
