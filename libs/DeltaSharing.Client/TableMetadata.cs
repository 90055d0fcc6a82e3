using Tideway.DeltaSharing.Protocol.Lines;

namespace Tideway.DeltaSharing.Client;

/// <summary>What a table is at a version.</summary>
/// <param name="Version">The version.</param>
/// <param name="Protocol">What a reader must know.</param>
/// <param name="Metadata">Schema, partition columns and the like.</param>
/// <param name="RequestId">The server's id of the exchange.</param>
public sealed record TableMetadata(long Version, ProtocolLine Protocol, MetadataLine Metadata, string? RequestId)
{
    /// <summary>The same as a Delta log has it, where the answer came in the delta format.</summary>
    public DeltaDescription? Delta { get; init; }
}

/// <summary>What a table is, as a Delta log has it.</summary>
/// <param name="Protocol">What a reader must know.</param>
/// <param name="Metadata">Schema, partition columns and settings.</param>
public sealed record DeltaDescription(DeltaProtocol Protocol, DeltaMetadata Metadata);
