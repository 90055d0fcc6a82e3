namespace Tideway.CdfPublisher.Shares;

/// <summary>Names of the protocol are compared without regard to case.</summary>
internal static class NameKey
{
    public static string Of(string name) => name.ToLowerInvariant();
}
