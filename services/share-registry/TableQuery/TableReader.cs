using Tideway.DeltaLog.Snapshots;
using Tideway.DeltaSharing.Server.Answers;
using Tideway.DeltaSharing.Server.Parameters;
using Tideway.ShareRegistry.Tables;

namespace Tideway.ShareRegistry.TableQuery;

/// <summary>Finds the version that a call asks for.</summary>
internal sealed class TableReader(ServedTables tables)
{
    public Task<ServedTable> OpenAsync(TableCall call, CancellationToken cancellationToken) => tables.OpenAsync(call.Table.Location, cancellationToken);

    /// <summary>The snapshot asked for: the latest one, or that of a version or time that is shared.</summary>
    public async Task<Checked<Snapshot>> SelectAsync(TableCall call, ServedTable table, TableSelection selection, CancellationToken cancellationToken)
    {
        switch (selection)
        {
            case TableSelection.AtVersion at:
                return at.Version > table.Latest.Version
                    ? ProtocolRefusals.Invalid(
                        $"Cannot load table version {at.Version} of {call.Table.FullName}: it is after the latest available version {table.Latest.Version}."
                    )
                    : await LoadAsync(table, at.Version, cancellationToken);
            case TableSelection.AtTime at:
                if (at.Time > table.Latest.Timestamp)
                    return ProtocolRefusals.Invalid(
                        $"The timestamp {at.Time:O} is after the latest available version {table.Latest.Version} of {call.Table.FullName}."
                    );
                if (await table.Table.VersionAtOrBeforeAsync(at.Time, table.Latest, cancellationToken) is not { } version)
                    return ProtocolRefusals.Invalid($"The timestamp {at.Time:O} is before the earliest available version of {call.Table.FullName}.");
                return TableSelections.CheckStart(version, call.Rules) is { } tooEarly ? tooEarly : await LoadAsync(table, version, cancellationToken);
            default:
                return TableSelections.CheckStart(table.Latest.Version, call.Rules) is { } notYet ? notYet : table.Latest;
        }
    }

    public Task<Snapshot> LoadAsync(ServedTable table, long version, CancellationToken cancellationToken) =>
        tables.LoadAsync(table, version, cancellationToken);
}
