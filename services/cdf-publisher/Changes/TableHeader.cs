using Tideway.DeltaLog.Actions;

namespace Tideway.CdfPublisher.Changes;

/// <summary>What a version says of the table, apart from its files.</summary>
internal sealed record TableHeader(long Version, Protocol Protocol, Metadata Metadata);
