using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Schema;

namespace Tideway.DeltaLog.Features;

/// <summary>
/// Refuses to write rows where a rule is active that the engine could not keep.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#active-features">Active Features</see>.
/// </summary>
internal static class WriterRequirements
{
    /// <summary>
    /// Throws <see cref="DeltaLogError.UnsupportedWriterFeature"/> unless rows can be written to tables of that protocol, and
    /// <see cref="DeltaLogError.UnsupportedType"/> where columns that hold only nulls keep files from being written.
    /// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#void-type">Void Type</see>.
    /// </summary>
    public static void RequireRowsWritable(Protocol protocol, StructType schema, Uri root, long version)
    {
        ProtocolRequirements.RequireWritable(protocol, FeatureSupport.WriteRows, root, version);
        if (VoidObstacle(schema, "") is { } obstacle)
            throw new DeltaLogException(DeltaLogError.UnsupportedType, $"Rows cannot be written to '{root}' (version {version}): {obstacle}.")
            {
                TableRoot = root,
                Version = version,
            };
    }

    /// <summary>Throws <see cref="DeltaLogError.AppendOnly"/> where rows may only be added.</summary>
    public static void RequireRemovable(Protocol protocol, Metadata metadata, Uri root)
    {
        if (protocol.Has(TableFeatures.AppendOnly) && metadata.IsEnabled("delta.appendOnly"))
            throw new DeltaLogException(DeltaLogError.AppendOnly, $"Table '{root}' only takes new rows (delta.appendOnly); rows cannot be changed or removed.")
            {
                TableRoot = root,
            };
    }

    private static string? VoidObstacle(DeltaType type, string path) =>
        type switch
        {
            StructType { Fields: var fields } when fields.All(field => IsVoid(field.Type)) => path.Length == 0
                ? "all its columns are void"
                : $"all fields of '{path}' are void",
            StructType { Fields: var fields } => fields
                .Select(field => VoidObstacle(field.Type, path.Length == 0 ? field.Name : $"{path}.{field.Name}"))
                .FirstOrDefault(found => found is not null),
            ArrayType array => IsVoid(array.ElementType) ? $"the elements of '{path}' are void" : VoidObstacle(array.ElementType, $"{path}.element"),
            MapType map => IsVoid(map.KeyType) || IsVoid(map.ValueType)
                ? $"keys or values of '{path}' are void"
                : VoidObstacle(map.KeyType, $"{path}.key") ?? VoidObstacle(map.ValueType, $"{path}.value"),
            _ => null,
        };

    private static bool IsVoid(DeltaType type) => type is PrimitiveType { Kind: PrimitiveKind.Void };
}
