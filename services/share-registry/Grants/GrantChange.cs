using Tideway.ShareRegistry.Recipients;

namespace Tideway.ShareRegistry.Grants;

/// <summary>A recipient gets or loses the right to read a share.</summary>
internal sealed record GrantChange(Recipient Recipient, bool Grant);
