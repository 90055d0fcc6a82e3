using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Changes;
using Tideway.DeltaLog.Schema;
using Tideway.DeltaLog.Snapshots;

namespace Tideway.DeltaLog.Reading;

/// <summary>Whether rows of several schemas can be read with the latest of them: only columns and fields may have come.</summary>
internal static class ChangeSchema
{
    /// <summary>Throws <see cref="DeltaLogError.IncompatibleSchemaChange"/>, naming the version and the column, where they cannot.</summary>
    public static void RequireReadable(Snapshot snapshot, IReadOnlyList<VersionChanges> changes)
    {
        foreach (var version in changes)
        {
            if (version.Metadata is not null && Reason(version.Metadata, snapshot) is { } reason)
            {
                throw new DeltaLogException(
                    DeltaLogError.IncompatibleSchemaChange,
                    $"The changes of version {version.Version} of '{snapshot.TableRoot}' cannot be read with the schema of version {snapshot.Version}: it {reason}."
                )
                {
                    TableRoot = snapshot.TableRoot,
                    Version = version.Version,
                };
            }
        }
    }

    /// <summary>Why rows written with <paramref name="before"/> cannot be read with the schema of <paramref name="after"/>; <see langword="null"/> where they can.</summary>
    public static string? Reason(Metadata before, Snapshot after) =>
        before.SchemaString.Length == 0 ? null
        : ModeDiffers(before, after.Metadata) ? "maps its columns differently"
        : !before.PartitionColumns.SequenceEqual(after.PartitionColumns) ? "is partitioned differently"
        : Difference(SchemaJson.Parse(before.SchemaString), after.Schema, ColumnMapping.Of(after.Protocol, after.Metadata), "");

    private static bool ModeDiffers(Metadata left, Metadata right) =>
        left.Configuration.GetValueOrDefault(ColumnMapping.ModeProperty, "none") != right.Configuration.GetValueOrDefault(ColumnMapping.ModeProperty, "none");

    private static string? Difference(DeltaType before, DeltaType after, ColumnMappingMode mode, string path) =>
        (before, after) switch
        {
            (StructType left, StructType right) => left
                .Fields.Select(field => FieldDifference(field, right, mode, path))
                .FirstOrDefault(found => found is not null),
            (ArrayType left, ArrayType right) => Difference(left.ElementType, right.ElementType, mode, $"{path}.element"),
            (MapType left, MapType right) => Difference(left.KeyType, right.KeyType, mode, $"{path}.key")
                ?? Difference(left.ValueType, right.ValueType, mode, $"{path}.value"),
            (PrimitiveType { Kind: PrimitiveKind.Void }, _) => null,
            _ => before.Equals(after) || TypeWidening.IsWider(before, after) ? null : $"has another type for '{path.TrimStart('.')}'",
        };

    private static string? FieldDifference(StructField field, StructType after, ColumnMappingMode mode, string path)
    {
        var physical = ColumnMapping.PhysicalName(field, mode);
        var match = after.Fields.FirstOrDefault(candidate =>
            string.Equals(ColumnMapping.PhysicalName(candidate, mode), physical, StringComparison.OrdinalIgnoreCase)
        );
        return match is null
            ? $"has the column '{$"{path}.{field.Name}".TrimStart('.')}', which is gone"
            : Difference(field.Type, match.Type, mode, $"{path}.{field.Name}");
    }
}
