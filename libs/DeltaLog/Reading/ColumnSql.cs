using Tideway.DeltaLog.Schema;
using Tideway.DuckDb;

namespace Tideway.DeltaLog.Reading;

/// <summary>
/// The columns of data files in SQL. A file may lack columns and fields that the schema has, or have them narrower: those that are missing
/// are null, and all others take the schema's type.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#reader-requirements-for-column-mapping">Reader Requirements for Column Mapping</see>.
/// </summary>
internal sealed class ColumnSql
{
    private const string NoColumn = "-";

    private readonly FileColumnNames names;
    private readonly List<StructField> dataColumns;
    private readonly IReadOnlyList<(string Name, string Type)> extra;

    /// <param name="schema">The table's schema.</param>
    /// <param name="partitionColumns">Its partition columns, which are not in the files, or need not be.</param>
    /// <param name="names">How the files call the columns.</param>
    /// <param name="extra">Further columns of the files, by name and DuckDB type.</param>
    public ColumnSql(StructType schema, IReadOnlyList<string> partitionColumns, FileColumnNames names, params IReadOnlyList<(string Name, string Type)> extra)
    {
        this.names = names;
        this.extra = extra;
        dataColumns = DataColumns(schema, partitionColumns);
    }

    /// <summary>The columns that are in the files: not those of the partition, and not void ones.</summary>
    public static List<StructField> DataColumns(StructType schema, IReadOnlyList<string> partitionColumns) =>
        [.. schema.Fields.Where(field => !partitionColumns.Contains(field.Name, StringComparer.Ordinal) && !IsVoid(field.Type))];

    /// <summary>Whether values depend on the session's time zone being UTC, as old kinds of timestamps in files do.</summary>
    public bool HasTimestamps => dataColumns.Any(column => ContainsTimestamp(column.Type));

    /// <summary>
    /// The option by which bytes that a file does not call text are text: some writers leave that out. Without it they would be taken for binary
    /// and shown with escapes. It says nothing where the table itself has binary columns, which would become text too.
    /// </summary>
    public string TextOption => dataColumns.Any(column => ContainsBytes(column.Type)) ? "" : ", binary_as_string = true";

    /// <summary>The <c>schema</c> argument of <c>read_parquet</c>: file columns become <c>c0</c>, <c>c1</c> and so on, further ones <c>x0</c>.</summary>
    public string SchemaArgument()
    {
        var entries = dataColumns.Select((field, index) => Entry(names.Key(field), $"c{index}", DuckDbTypes.InFiles(field.Type, names.Name))).ToList();
        entries.AddRange(extra.Select((column, index) => Entry(SqlText.Literal(column.Name), $"x{index}", column.Type)));
        // Keys are all numbers or all names.
        if (entries.Count == 0)
            entries.Add(Entry(names.AsksForIds ? "-1" : SqlText.Literal(NoColumn), "none", "BOOLEAN"));
        return $"MAP {{{string.Join(", ", entries)}}}";
    }

    /// <summary>The value of a column of the schema, from the columns of <see cref="SchemaArgument"/>; null for a void one.</summary>
    public string Value(StructField field)
    {
        for (var index = 0; index < dataColumns.Count; index++)
        {
            if (ReferenceEquals(dataColumns[index], field))
                return Logical(field.Type, $"c{index}", 0);
        }

        return $"CAST(NULL AS {DuckDbTypes.Sql(field.Type)})";
    }

    // In mapped tables fields of structs have other names in files, and variants another type in all.
    private string Logical(DeltaType type, string value, int depth)
    {
        if (!IsConverted(type))
            return value;
        var item = $"v{depth}";
        return type switch
        {
            PrimitiveType { Kind: PrimitiveKind.Variant } => VariantSql.Json(value),
            StructType structure =>
                $"CASE WHEN {value} IS NULL THEN NULL ELSE struct_pack({string.Join(", ", structure.Fields.Select(field => $"{SqlText.Identifier(field.Name)} := {Logical(field.Type, $"{value}.{SqlText.Identifier(names.Name(field))}", depth)}"))}) END",
            ArrayType array => $"list_transform({value}, lambda {item}: {Logical(array.ElementType, item, depth + 1)})",
            MapType map =>
                $"map_from_entries(list_transform(map_entries({value}), lambda {item}: struct_pack(k := {Logical(map.KeyType, $"{item}.key", depth + 1)}, v := {Logical(map.ValueType, $"{item}.value", depth + 1)})))",
            _ => value,
        };
    }

    private bool IsConverted(DeltaType type) =>
        type switch
        {
            PrimitiveType { Kind: PrimitiveKind.Variant } => true,
            StructType structure => names.Differ || structure.Fields.Any(field => IsConverted(field.Type)),
            ArrayType array => IsConverted(array.ElementType),
            MapType map => IsConverted(map.KeyType) || IsConverted(map.ValueType),
            _ => false,
        };

    private static string Entry(string key, string name, string type) => $"{key}: {{'name': '{name}', 'type': {SqlText.Literal(type)}, 'default_value': NULL}}";

    private static bool IsVoid(DeltaType type) => type is PrimitiveType { Kind: PrimitiveKind.Void };

    private static bool ContainsBytes(DeltaType type) =>
        type switch
        {
            PrimitiveType { Kind: PrimitiveKind.Binary or PrimitiveKind.Variant } => true,
            ArrayType array => ContainsBytes(array.ElementType),
            MapType map => ContainsBytes(map.KeyType) || ContainsBytes(map.ValueType),
            StructType structure => structure.Fields.Any(field => ContainsBytes(field.Type)),
            _ => false,
        };

    private static bool ContainsTimestamp(DeltaType type) =>
        type switch
        {
            PrimitiveType { Kind: PrimitiveKind.Timestamp or PrimitiveKind.TimestampNtz } => true,
            ArrayType array => ContainsTimestamp(array.ElementType),
            MapType map => ContainsTimestamp(map.KeyType) || ContainsTimestamp(map.ValueType),
            StructType structure => structure.Fields.Any(field => ContainsTimestamp(field.Type)),
            _ => false,
        };
}
