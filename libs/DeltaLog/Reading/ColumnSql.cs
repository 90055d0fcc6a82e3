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

    private readonly ColumnMappingMode mode;
    private readonly IReadOnlyList<StructField> dataColumns;
    private readonly IReadOnlyList<(string Name, string Type)> extra;

    /// <param name="schema">The table's schema.</param>
    /// <param name="partitionColumns">Its partition columns, which are not in the files.</param>
    /// <param name="mode">How columns are found.</param>
    /// <param name="extra">Further columns of the files, by name and DuckDB type.</param>
    public ColumnSql(StructType schema, IReadOnlyList<string> partitionColumns, ColumnMappingMode mode, params IReadOnlyList<(string Name, string Type)> extra)
    {
        this.mode = mode;
        this.extra = extra;
        dataColumns = [.. schema.Fields.Where(field => !partitionColumns.Contains(field.Name, StringComparer.Ordinal) && !IsVoid(field.Type))];
        if (mode == ColumnMappingMode.Id && dataColumns.FirstOrDefault(field => field.Type is not (PrimitiveType or DecimalType)) is { } nested)
        {
            throw new DeltaLogException(
                DeltaLogError.UnsupportedReaderFeature,
                $"Column '{nested.Name}' is nested in a table that maps columns by id (feature columnMapping, mode id): not supported."
            );
        }
    }

    /// <summary>Whether values depend on the session's time zone being UTC, as old kinds of timestamps in files do.</summary>
    public bool HasTimestamps => dataColumns.Any(column => ContainsTimestamp(column.Type));

    /// <summary>The <c>schema</c> argument of <c>read_parquet</c>: file columns become <c>c0</c>, <c>c1</c> and so on, further ones <c>x0</c>.</summary>
    public string SchemaArgument()
    {
        var entries = dataColumns.Select((field, index) => Entry(Key(field), $"c{index}", DuckDbTypes.Sql(field.Type, mode))).ToList();
        if (mode == ColumnMappingMode.Id)
        {
            // Keys are all numbers or all names; what is beside the schema has no number, and no reader of mapped tables asks for it by one.
            if (extra.Count > 0)
                throw new DeltaLogException(
                    DeltaLogError.UnsupportedReaderFeature,
                    "Change data of a table that maps columns by id (feature columnMapping, mode id) is not supported."
                );
            if (entries.Count == 0)
                entries.Add(Entry("-1", "none", "BOOLEAN"));
        }
        else
        {
            entries.AddRange(extra.Select((column, index) => Entry(SqlText.Literal(column.Name), $"x{index}", column.Type)));
            if (entries.Count == 0)
                entries.Add(Entry(SqlText.Literal(NoColumn), "none", "BOOLEAN"));
        }

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

    // In mapped tables fields of structs have their physical names in files.
    private string Logical(DeltaType type, string value, int depth)
    {
        if (!NeedsRenaming(type))
            return value;
        var item = $"v{depth}";
        return type switch
        {
            StructType structure =>
                $"CASE WHEN {value} IS NULL THEN NULL ELSE struct_pack({string.Join(", ", structure.Fields.Select(field => $"{SqlText.Identifier(field.Name)} := {Logical(field.Type, $"{value}.{SqlText.Identifier(ColumnMapping.PhysicalName(field, mode))}", depth)}"))}) END",
            ArrayType array => $"list_transform({value}, lambda {item}: {Logical(array.ElementType, item, depth + 1)})",
            MapType map =>
                $"map_from_entries(list_transform(map_entries({value}), lambda {item}: struct_pack(k := {Logical(map.KeyType, $"{item}.key", depth + 1)}, v := {Logical(map.ValueType, $"{item}.value", depth + 1)})))",
            _ => value,
        };
    }

    private bool NeedsRenaming(DeltaType type) =>
        mode != ColumnMappingMode.None
        && type switch
        {
            StructType => true,
            ArrayType array => NeedsRenaming(array.ElementType),
            MapType map => NeedsRenaming(map.KeyType) || NeedsRenaming(map.ValueType),
            _ => false,
        };

    private string Key(StructField field) =>
        mode == ColumnMappingMode.Id ? ColumnMapping.Id(field).ToString() : SqlText.Literal(ColumnMapping.PhysicalName(field, mode));

    private static string Entry(string key, string name, string type) => $"{key}: {{'name': '{name}', 'type': {SqlText.Literal(type)}, 'default_value': NULL}}";

    private static bool IsVoid(DeltaType type) => type is PrimitiveType { Kind: PrimitiveKind.Void };

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
