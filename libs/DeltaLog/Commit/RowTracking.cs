using System.Text.Json;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Features;
using Tideway.DeltaLog.Snapshots;

namespace Tideway.DeltaLog.Commit;

/// <summary>
/// Gives out row ids and commit versions. Ids are never given out twice: each table counts the highest one in a domain of its own.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#writer-requirements-for-row-tracking">Writer Requirements for Row Tracking</see>.
/// </summary>
internal static class RowTracking
{
    public const string Domain = "delta.rowTracking";

    /// <summary>Property that names the hidden column with the ids of rows that were copied.</summary>
    public const string IdColumnProperty = "delta.rowTracking.materializedRowIdColumnName";

    /// <summary>Property that names the hidden column with the commit versions of rows that were copied.</summary>
    public const string VersionColumnProperty = "delta.rowTracking.materializedRowCommitVersionColumnName";

    private const string MarkMember = "rowIdHighWaterMark";

    /// <summary>Whether new files get ids.</summary>
    public static bool Applies(Protocol protocol, Metadata metadata) =>
        protocol.Has(TableFeatures.RowTracking) && !metadata.IsEnabled(TableProperties.RowTrackingSuspended);

    /// <summary>Whether rows can be relied on to have ids, which they keep.</summary>
    public static bool IsEnabled(Protocol protocol, Metadata metadata) => Applies(protocol, metadata) && metadata.IsEnabled(TableProperties.EnableRowTracking);

    /// <summary>The highest id given out so far; -1 where there is none.</summary>
    public static long HighWaterMark(DomainMetadata? domain, Uri root)
    {
        if (domain is null || domain.Removed)
            return -1;
        try
        {
            using var json = JsonDocument.Parse(domain.Configuration);
            if (
                json.RootElement.ValueKind == JsonValueKind.Object
                && json.RootElement.TryGetProperty(MarkMember, out var mark)
                && mark.ValueKind == JsonValueKind.Number
                && mark.TryGetInt64(out var value)
            )
                return value;
        }
        catch (JsonException)
        {
            // Said below, with what was found.
        }

        throw new DeltaLogException(
            DeltaLogError.CorruptLog,
            $"Expected a number {MarkMember} in the domain {Domain} of '{root}', found '{domain.Configuration}'."
        )
        {
            TableRoot = root,
        };
    }

    /// <summary>The actions with ids above <paramref name="highWaterMark"/> in files that are new, and the new mark beside them.</summary>
    public static List<DeltaAction> Assign(IEnumerable<DeltaAction> actions, long highWaterMark, long version, Uri root)
    {
        var assigned = new List<DeltaAction>();
        var mark = highWaterMark;
        foreach (var action in actions)
        {
            switch (action)
            {
                case AddFile { BaseRowId: null } add:
                    var records =
                        add.PhysicalRecords()
                        ?? throw new DeltaLogException(
                            DeltaLogError.InvalidData,
                            $"Table '{root}' tracks rows: expected numRecords in the statistics of the new file '{add.Path}', found none."
                        )
                        {
                            TableRoot = root,
                            File = add.Path,
                        };
                    assigned.Add(add with { BaseRowId = mark + 1, DefaultRowCommitVersion = add.DefaultRowCommitVersion ?? version });
                    mark += records;
                    break;
                case AddFile { DefaultRowCommitVersion: null } add:
                    assigned.Add(add with { DefaultRowCommitVersion = version });
                    break;
                case DomainMetadata { Domain: Domain } given:
                    mark = Math.Max(mark, HighWaterMark(given, root));
                    break;
                default:
                    assigned.Add(action);
                    break;
            }
        }

        if (mark > highWaterMark)
            assigned.Add(Mark(mark));
        return assigned;
    }

    private static DomainMetadata Mark(long value) =>
        new()
        {
            Domain = Domain,
            Configuration = $$"""{"{{MarkMember}}":{{value}}}""",
            Removed = false,
        };
}
