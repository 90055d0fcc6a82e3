namespace Tideway.DeltaSharing.Server.Exchange;

/// <summary>Metadata of an endpoint: what access records call it.</summary>
internal sealed record ProtocolAction(string Name);
