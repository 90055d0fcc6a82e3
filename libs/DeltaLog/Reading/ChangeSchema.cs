using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Changes;
using Tideway.DeltaLog.Schema;
using Tideway.DeltaLog.Snapshots;

namespace Tideway.DeltaLog.Reading;

/// <summary>Whether rows of several schemas can be read with the latest of them: only columns and fields may have come.</summary>
internal static class ChangeSchema
{
    /// <summary>
    /// Throws <see cref="DeltaLogError.IncompatibleSchemaChange"/>, naming the version, the column and how far the changes can be read apart, where they cannot.
    /// </summary>
    public static void RequireReadable(Snapshot snapshot, IReadOnlyList<VersionChanges> changes)
    {
        Metadata? seen = null;
        string? reason = null;
        (long Version, string Reason)? first = null;
        var last = -1L;
        foreach (var version in changes)
        {
            var metadata = version.Metadata ?? version.MetadataInForce;
            if (metadata is null)
                continue;
            if (!ReferenceEquals(metadata, seen))
                reason = Reason(seen = metadata, snapshot);
            if (reason is null)
                continue;
            first ??= (version.Version, reason);
            last = version.Version;
        }

        if (first is not var (broken, why))
            return;
        var apart = last < snapshot.Version ? $" The changes up to version {last} can be read apart from those from version {last + 1} on." : "";
        throw new DeltaLogException(
            DeltaLogError.IncompatibleSchemaChange,
            $"The changes of version {broken} of '{snapshot.TableRoot}' cannot be read with the schema of version {snapshot.Version}: it {why}.{apart}"
        )
        {
            TableRoot = snapshot.TableRoot,
            Version = broken,
        };
    }

    /// <summary>Why rows written with <paramref name="before"/> cannot be read with the schema of <paramref name="after"/>; <see langword="null"/> where they can.</summary>
    public static string? Reason(Metadata before, Snapshot after) =>
        before.SchemaString.Length == 0 ? null
        : !before.PartitionColumns.SequenceEqual(after.PartitionColumns) ? "is partitioned differently"
        : Modes(before, after) is not { } modes ? "maps its columns differently"
        : Difference(SchemaJson.Parse(before.SchemaString), after.Schema, modes, "");

    // Columns that are mapped by name are found in the files of before, too; those mapped by id only where they were then.
    private static (ColumnMappingMode Before, ColumnMappingMode After)? Modes(Metadata before, Snapshot after)
    {
        var (left, right) = (ColumnMapping.Of(after.Protocol, before), ColumnMapping.Of(after.Protocol, after.Metadata));
        return left == right || (left != ColumnMappingMode.Id && right != ColumnMappingMode.Id) ? (left, right) : null;
    }

    private static string? Difference(DeltaType before, DeltaType after, (ColumnMappingMode Before, ColumnMappingMode After) modes, string path) =>
        (before, after) switch
        {
            (StructType left, StructType right) => left
                .Fields.Select(field => FieldDifference(field, right, modes, path))
                .FirstOrDefault(found => found is not null),
            (ArrayType left, ArrayType right) => Difference(left.ElementType, right.ElementType, modes, $"{path}.element"),
            (MapType left, MapType right) => Difference(left.KeyType, right.KeyType, modes, $"{path}.key")
                ?? Difference(left.ValueType, right.ValueType, modes, $"{path}.value"),
            (PrimitiveType { Kind: PrimitiveKind.Void }, _) => null,
            _ => before.Equals(after) || TypeWidening.IsWider(before, after) ? null : $"has another type for '{path.TrimStart('.')}'",
        };

    private static string? FieldDifference(StructField field, StructType after, (ColumnMappingMode Before, ColumnMappingMode After) modes, string path)
    {
        var physical = ColumnMapping.PhysicalName(field, modes.Before);
        var match = after.Fields.FirstOrDefault(candidate =>
            string.Equals(ColumnMapping.PhysicalName(candidate, modes.After), physical, StringComparison.OrdinalIgnoreCase)
        );
        return match is null
            ? $"has the column '{$"{path}.{field.Name}".TrimStart('.')}', which is gone"
            : Difference(field.Type, match.Type, modes, $"{path}.{field.Name}");
    }
}
