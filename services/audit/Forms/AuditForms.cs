using Tideway.Contracts.RecipientAuth;

namespace Tideway.Audit.Forms;

/// <summary>
/// The audit form of every event of the organisation. A new event belongs either into one of the four lists or, with its reason, into
/// <see cref="NotRecorded"/>.
/// </summary>
internal static class AuditForms
{
    public static IReadOnlyList<AuditForm> All { get; } =
    [.. ShareRegistryForms.All, .. RecipientAuthForms.All, .. CdfPublisherForms.All, .. InboundSyncForms.All];

    public static IReadOnlyDictionary<Type, string> NotRecorded { get; } =
        new Dictionary<Type, string> { [typeof(CredentialsChanged)] = "Only tells caches to forget; the change itself is recorded as what it was." };
}
