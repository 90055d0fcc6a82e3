namespace Tideway.DeltaSharing.Client;

/// <summary>A version of a table.</summary>
/// <param name="Version">The version.</param>
/// <param name="RequestId">The server's id of the exchange.</param>
public sealed record TableVersion(long Version, string? RequestId);
