using System.ComponentModel.DataAnnotations;
using Tideway.Hosting.Startup;

namespace Tideway.RecipientAuth.OAuth;

/// <summary>Short-lived tokens that recipients' clients get for their secrets.</summary>
public sealed class OAuthOptions
{
    /// <summary>Configuration section.</summary>
    public const string Section = "RecipientAuth:OAuth";

    /// <summary>How long an access token is good. Shipped clients renew ten minutes before the end, so with less than that they ask on every call.</summary>
    [DurationRange("00:11:00", "1.00:00:00")]
    public TimeSpan AccessTokenLifetime { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Access tokens of one client that are good at the same time; the oldest ends where there would be more.</summary>
    [Range(1, 10_000)]
    public int MaxAccessTokensPerClient { get; set; } = 100;

    /// <summary>Refused requests for tokens from one address (IPv6: one /64) in a minute, after which that address has to wait for the rest of it.</summary>
    [Range(1, 1_000_000)]
    public int RefusedPerMinute { get; set; } = 60;
}
