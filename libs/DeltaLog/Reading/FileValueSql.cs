using Tideway.DeltaLog.Schema;
using Tideway.DuckDb;

namespace Tideway.DeltaLog.Reading;

/// <summary>
/// Values of data files: as which type DuckDB is to read them, and how they become the schema's. DuckDB itself widens, reorders fields and fills in those
/// that are missing, but reads no struct of which it wants no field, and takes bytes for what the file says that they are.
/// </summary>
/// <param name="names">How the files call fields.</param>
/// <param name="tellsBytes">Whether it matters what files say that bytes are, and what they say is known.</param>
internal sealed class FileValueSql(FileColumnNames names, bool tellsBytes)
{
    /// <param name="type">The type in the schema.</param>
    /// <param name="node">The column as the file has it, where that is known and it does.</param>
    public string TypeInFiles(DeltaType type, ParquetNode? node) =>
        type switch
        {
            PrimitiveType { Kind: PrimitiveKind.String } when IsUnmarkedText(type, node) => "BLOB",
            PrimitiveType { Kind: PrimitiveKind.Binary } when IsMarkedBinary(type, node) => "VARCHAR",
            ArrayType array => $"{TypeInFiles(array.ElementType, node?.Element)}[]",
            MapType map => $"MAP({TypeInFiles(map.KeyType, node?.Key)}, {TypeInFiles(map.ValueType, node?.Value)})",
            // One of its own fields tells whether it is there; every type can be read as text.
            StructType structure when HasNoField(structure, node) => $"STRUCT({SqlText.Identifier(AnyName(node!))} VARCHAR)",
            StructType { Fields.Count: > 0 } structure =>
                $"STRUCT({string.Join(", ", structure.Fields.Select(field => $"{SqlText.Identifier(names.Name(field))} {TypeInFiles(field.Type, Child(node, field))}"))})",
            _ => DuckDbTypes.InFiles(type, names.Name),
        };

    private static string AnyName(ParquetNode node) =>
        node.Children.FirstOrDefault(child => child.Name.Length > 0)?.Name
        ?? throw new DeltaLogException(DeltaLogError.CorruptLog, $"No field of '{node.Name}' in a data file has a name.");

    /// <summary>The value by the schema, out of one of the type in files.</summary>
    public string Value(DeltaType type, ParquetNode? node, string value) => Value(type, node, value, 0);

    private string Value(DeltaType type, ParquetNode? node, string value, int depth)
    {
        if (!IsConverted(type, node))
            return value;
        var item = $"v{depth}";
        return type switch
        {
            PrimitiveType { Kind: PrimitiveKind.Variant } => VariantSql.Json(value),
            PrimitiveType { Kind: PrimitiveKind.String } => $"decode({value})",
            PrimitiveType { Kind: PrimitiveKind.Binary } => $"encode({value})",
            StructType structure => Struct(structure, node, value, depth),
            ArrayType array => $"list_transform({value}, lambda {item}: {Value(array.ElementType, node?.Element, item, depth + 1)})",
            MapType map =>
                $"map_from_entries(list_transform(map_entries({value}), lambda {item}: struct_pack(k := {Value(map.KeyType, node?.Key, $"{item}.key", depth + 1)}, v := {Value(map.ValueType, node?.Value, $"{item}.value", depth + 1)})))",
            _ => value,
        };
    }

    private string Struct(StructType structure, ParquetNode? node, string value, int depth)
    {
        var fields = structure.Fields.Select(field =>
            HasNoField(structure, node)
                ? $"{SqlText.Identifier(field.Name)} := CAST(NULL AS {DuckDbTypes.Sql(field.Type)})"
                : $"{SqlText.Identifier(field.Name)} := {Value(field.Type, Child(node, field), $"{value}.{SqlText.Identifier(names.Name(field))}", depth)}"
        );
        return $"CASE WHEN {value} IS NULL THEN NULL ELSE struct_pack({string.Join(", ", fields)}) END";
    }

    // In mapped tables fields of structs have other names in files, and variants another type in all.
    private bool IsConverted(DeltaType type, ParquetNode? node) =>
        type switch
        {
            PrimitiveType { Kind: PrimitiveKind.Variant } => true,
            PrimitiveType => IsUnmarkedText(type, node) || IsMarkedBinary(type, node),
            StructType structure => names.Differ || HasNoField(structure, node) || structure.Fields.Any(field => IsConverted(field.Type, Child(node, field))),
            ArrayType array => IsConverted(array.ElementType, node?.Element),
            MapType map => IsConverted(map.KeyType, node?.Key) || IsConverted(map.ValueType, node?.Value),
            _ => false,
        };

    private bool IsUnmarkedText(DeltaType type, ParquetNode? node) =>
        tellsBytes && type is PrimitiveType { Kind: PrimitiveKind.String } && node?.Bytes == ByteMeaning.Unmarked;

    private bool IsMarkedBinary(DeltaType type, ParquetNode? node) =>
        tellsBytes && type is PrimitiveType { Kind: PrimitiveKind.Binary } && node?.Bytes == ByteMeaning.Text;

    private bool HasNoField(StructType structure, ParquetNode? node) =>
        node is { Children.Count: > 0 } && structure.Fields.Count > 0 && structure.Fields.All(field => Child(node, field) is null);

    private ParquetNode? Child(ParquetNode? node, StructField field) => node?.Child(names.Name(field));
}
