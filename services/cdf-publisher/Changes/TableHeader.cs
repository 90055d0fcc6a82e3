using Tideway.DeltaLog;
using Tideway.DeltaLog.Actions;

namespace Tideway.CdfPublisher.Changes;

/// <summary>What a version says of the table, apart from its files.</summary>
internal sealed record TableHeader(long Version, Protocol Protocol, Metadata Metadata)
{
    public static async Task<TableHeader> ReadAsync(DeltaTable table, long version, CancellationToken cancellationToken)
    {
        var (protocol, metadata) = await table.LoadDescriptionAsync(version, cancellationToken);
        return new TableHeader(version, protocol, metadata);
    }
}
