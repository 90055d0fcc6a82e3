using Tideway.DeltaLog.Schema;

namespace Tideway.DeltaSharing.Server.PlainCopies;

/// <summary>A schema without what says how files differ from it: their columns have its names and types.</summary>
internal static class PlainSchema
{
    public static StructType Of(StructType schema) => new([.. schema.Fields.Select(Of)]);

    private static DeltaType Of(DeltaType type) =>
        type switch
        {
            StructType structure => Of(structure),
            ArrayType array => array with { ElementType = Of(array.ElementType) },
            MapType map => map with { KeyType = Of(map.KeyType), ValueType = Of(map.ValueType) },
            _ => type,
        };

    private static StructField Of(StructField field) =>
        field with
        {
            Type = Of(field.Type),
            Metadata = field
                .Metadata.Where(pair =>
                    !pair.Key.StartsWith("delta.columnMapping.", StringComparison.Ordinal)
                    && !pair.Key.StartsWith("parquet.field.", StringComparison.Ordinal)
                    && pair.Key != "delta.typeChanges"
                )
                .ToDictionary(pair => pair.Key, pair => pair.Value, StringComparer.Ordinal),
        };
}
