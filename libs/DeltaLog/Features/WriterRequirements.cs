using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Schema;

namespace Tideway.DeltaLog.Features;

/// <summary>
/// Refuses to write rows where a rule is active that the engine could not keep.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#active-features">Active Features</see>.
/// </summary>
internal static class WriterRequirements
{
    private static readonly (string MetadataKey, string Feature)[] ColumnRules =
    [
        ("delta.invariants", TableFeatures.Invariants),
        ("delta.generationExpression", TableFeatures.GeneratedColumns),
        ("delta.identity.start", TableFeatures.IdentityColumns),
        ("CURRENT_DEFAULT", TableFeatures.ColumnDefaults),
    ];

    /// <summary>Throws <see cref="DeltaLogError.UnsupportedWriterFeature"/> unless rows can be written by all the table's rules.</summary>
    public static void RequireRowsWritable(Protocol protocol, Metadata metadata, StructType schema, Uri root, long version)
    {
        ProtocolRequirements.RequireWritable(protocol, FeatureSupport.WriteRows, root, version);
        if (metadata.Configuration.Keys.FirstOrDefault(key => key.StartsWith("delta.constraints.", StringComparison.Ordinal)) is { } constraint)
            throw Refuse(TableFeatures.CheckConstraints, $"the constraint '{constraint["delta.constraints.".Length..]}'");
        if (ColumnMapping.Of(protocol, metadata) != ColumnMappingMode.None)
            throw Refuse(TableFeatures.ColumnMapping, "mapped columns");
        foreach (var (path, field) in AllFields(schema, ""))
        {
            foreach (var (key, feature) in ColumnRules)
            {
                if (field.Metadata.ContainsKey(key))
                    throw Refuse(feature, $"the rule '{key}' of column '{path}'");
            }

            if (field.Type is PrimitiveType { Kind: PrimitiveKind.Void })
                throw new DeltaLogException(DeltaLogError.UnsupportedType, $"Column '{path}' of '{root}' is void: rows cannot be written.")
                {
                    TableRoot = root,
                };
        }

        DeltaLogException Refuse(string feature, string what) =>
            new(
                DeltaLogError.UnsupportedWriterFeature,
                $"Table '{root}' (version {version}) has {what} (feature {feature}), which is not supported for writing rows."
            )
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

    private static IEnumerable<(string Path, StructField Field)> AllFields(DeltaType type, string path) =>
        type switch
        {
            StructType structure => structure.Fields.SelectMany(field =>
            {
                var name = path.Length == 0 ? field.Name : $"{path}.{field.Name}";
                return AllFields(field.Type, name).Prepend((name, field));
            }),
            ArrayType array => AllFields(array.ElementType, $"{path}.element"),
            MapType map => AllFields(map.KeyType, $"{path}.key").Concat(AllFields(map.ValueType, $"{path}.value")),
            _ => [],
        };
}
