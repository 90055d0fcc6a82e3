using Tideway.Hosting.Startup;

namespace Tideway.DeltaSharing.Server.Serving;

/// <summary>The credentials of a store's own kind that recipients are given for folders they may read as a whole.</summary>
public sealed class TemporaryCredentialOptions
{
    /// <summary>Configuration section.</summary>
    public const string Section = "TemporaryCredentials";

    /// <summary>
    /// How long they are good. Nothing takes them back earlier: a recipient that loses its grant reads on until they end. A store may shorten it to what
    /// it can do, and the answer says so.
    /// </summary>
    [DurationRange("00:15:00", "12:00:00")]
    public TimeSpan Lifetime { get; set; } = TimeSpan.FromHours(1);
}
