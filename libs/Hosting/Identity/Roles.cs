namespace Tideway.Hosting.Identity;

/// <summary>Roles of our own service principals. <see cref="Admin"/> may do what every other role may.</summary>
public static class Roles
{
    /// <summary>Shares, recipients, grants and subscriptions: what leaves the organisation.</summary>
    public const string OutboundOperator = "outbound-operator";

    /// <summary>Providers and syncs: what comes in.</summary>
    public const string InboundOperator = "inbound-operator";

    /// <summary>Contracts, schema changes and access requests.</summary>
    public const string Steward = "steward";

    /// <summary>Reading the audit record and lineage.</summary>
    public const string Auditor = "auditor";

    /// <summary>Everything, and the principals themselves.</summary>
    public const string Admin = "admin";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [OutboundOperator, InboundOperator, Steward, Auditor, Admin];
}
