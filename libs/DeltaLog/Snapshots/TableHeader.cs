using Tideway.DeltaLog.Actions;

namespace Tideway.DeltaLog.Snapshots;

/// <summary>What a version says of the table, apart from its files.</summary>
/// <param name="Version">The version.</param>
/// <param name="Protocol">What clients must be able to do.</param>
/// <param name="Metadata">Identity, schema, partitioning and properties.</param>
public sealed record TableHeader(long Version, Protocol Protocol, Metadata Metadata);
