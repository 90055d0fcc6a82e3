using System.Diagnostics.Metrics;

namespace Tideway.RecipientAuth;

/// <summary>What the service measures.</summary>
internal static class Telemetry
{
    public const string Name = "Tideway.RecipientAuth";

    private static readonly Meter Meter = new(Name);

    /// <summary>Uses of activation links, by <c>outcome</c>.</summary>
    public static readonly Counter<long> Activations = Meter.CreateCounter<long>(
        "tideway.recipient_auth.activations",
        "{activation}",
        "Uses of activation links"
    );

    /// <summary>Requests for access tokens, by <c>outcome</c>: issued, refused, limited.</summary>
    public static readonly Counter<long> AccessTokens = Meter.CreateCounter<long>(
        "tideway.recipient_auth.access_tokens",
        "{request}",
        "Requests for access tokens"
    );

    /// <summary>Introspections, by <c>outcome</c>: known, unknown.</summary>
    public static readonly Counter<long> Introspections = Meter.CreateCounter<long>(
        "tideway.recipient_auth.introspections",
        "{introspection}",
        "Introspections of tokens"
    );
}
