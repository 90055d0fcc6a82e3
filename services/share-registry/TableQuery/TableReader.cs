using Tideway.DeltaLog;
using Tideway.DeltaLog.Snapshots;
using Tideway.DeltaSharing.Protocol;
using Tideway.DeltaSharing.Server.Answers;
using Tideway.DeltaSharing.Server.Parameters;
using Tideway.ObjectStorage;
using Tideway.ShareRegistry.Tables;

namespace Tideway.ShareRegistry.TableQuery;

/// <summary>Finds the version that a call asks for.</summary>
internal sealed class TableReader(ServedTables tables, StorageRoots roots, TimeProvider time)
{
    public Task<ServedTable> OpenAsync(TableCall call, CancellationToken cancellationToken) => tables.OpenAsync(call.Table.Location, cancellationToken);

    /// <summary>The number of the latest version, without reading it.</summary>
    public Task<long> FindLatestVersionAsync(TableCall call, CancellationToken cancellationToken) =>
        new DeltaTable(roots.Open(roots.Resolve(call.Table.Location)), time).LatestVersionAsync(cancellationToken);

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
                    return AfterLatest(call, table, at.Time);
                if (await table.Table.VersionAtOrBeforeAsync(at.Time, table.Latest, cancellationToken) is not { } version)
                    return await BeforeEarliestAsync(call, table, at.Time, cancellationToken);
                return TableSelections.CheckStart(version, call.Rules) is { } tooEarly ? tooEarly : await LoadAsync(table, version, cancellationToken);
            default:
                return TableSelections.CheckStart(table.Latest.Version, call.Rules) is { } notYet ? notYet : table.Latest;
        }
    }

    public Task<Snapshot> LoadAsync(ServedTable table, long version, CancellationToken cancellationToken) =>
        tables.LoadAsync(table, version, cancellationToken);

    /// <summary>The refusal of a time at which the table had not yet got its latest version.</summary>
    public static ProtocolRefusal AfterLatest(TableCall call, ServedTable table, DateTimeOffset time) =>
        ProtocolRefusals.Invalid(
            $"The timestamp {WireTimestamp.Format(time)} is after the latest available version {table.Latest.Version} of {call.Table.FullName}, "
                + $"which is of {WireTimestamp.Format(table.Latest.Timestamp)}."
        );

    private static async Task<ProtocolRefusal> BeforeEarliestAsync(TableCall call, ServedTable table, DateTimeOffset time, CancellationToken cancellationToken)
    {
        var earliest = 0L;
        try
        {
            await table.Table.LoadDescriptionAsync(earliest, cancellationToken);
        }
        catch (DeltaLogException exception) when (exception.EarliestVersion is { } kept)
        {
            earliest = kept;
        }

        return ProtocolRefusals.Invalid(
            $"The timestamp {WireTimestamp.Format(time)} is before the earliest available version "
                + $"{Math.Max(earliest, call.Rules.StartVersion)} of {call.Table.FullName}."
        );
    }
}
