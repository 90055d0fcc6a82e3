using System.ComponentModel.DataAnnotations;
using Tideway.Hosting.Startup;

namespace Tideway.RecipientAuth;

/// <summary>How long links and tokens live, how the first administrator comes to be, and how often somebody may be refused.</summary>
public sealed class CredentialOptions
{
    /// <summary>Configuration section.</summary>
    public const string Section = "RecipientAuth";

    /// <summary>Longest life of any token, in days.</summary>
    public const int MaxTokenDays = 365;

    /// <summary>
    /// Token of the principal <c>admin</c>, made at a start that finds no administrator with a valid token. A secret of at least 32
    /// characters, from the environment or a secret file; it makes an administrator once, and not again after it was replaced.
    /// </summary>
    [MinLength(32, ErrorMessage = "RecipientAuth:BootstrapAdminToken must be at least 32 characters long.")]
    [RegularExpression("[A-Za-z0-9._~+/=-]+", ErrorMessage = "RecipientAuth:BootstrapAdminToken may hold letters, digits and ._~+/=- only.")]
    public string? BootstrapAdminToken
    {
        get;
        // An environment variable that is there but empty says no more than one that is not.
        set => field = string.IsNullOrEmpty(value) ? null : value;
    }

    /// <summary>How long an activation link can be used.</summary>
    [DurationRange("00:01:00", "30.00:00:00")]
    public TimeSpan ActivationLinkLifetime { get; set; } = TimeSpan.FromHours(72);

    /// <summary>Life of a recipient's token, from the use of the link, where the recipient has no <c>expiration_time</c>. At most a year.</summary>
    [DurationRange("00:01:00", "365.00:00:00")]
    public TimeSpan TokenLifetime { get; set; } = TimeSpan.FromDays(90);

    /// <summary>Life of a principal's token where its creation does not ask for another. At most a year.</summary>
    [DurationRange("00:01:00", "365.00:00:00")]
    public TimeSpan PrincipalTokenLifetime { get; set; } = TimeSpan.FromDays(MaxTokenDays);

    /// <summary>Refused activations from one address (IPv6: one /64) in a minute, after which that address has to wait for the rest of it.</summary>
    [Range(1, 1_000_000)]
    public int RefusedActivationsPerMinute { get; set; } = 30;
}
