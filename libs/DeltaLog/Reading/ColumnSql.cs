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
    private readonly FileValueSql values;
    private readonly ParquetNode? columns;
    private readonly List<StructField> dataColumns;
    private readonly IReadOnlyList<(string Name, string Type)> extra;

    /// <param name="schema">The table's schema.</param>
    /// <param name="partitionColumns">Its partition columns, which are not in the files, or need not be.</param>
    /// <param name="names">How the files call the columns.</param>
    /// <param name="columns">The columns that the files have, below a root, where that is known.</param>
    /// <param name="extra">Further columns of the files, by name and DuckDB type.</param>
    public ColumnSql(
        StructType schema,
        IReadOnlyList<string> partitionColumns,
        FileColumnNames names,
        ParquetNode? columns,
        params IReadOnlyList<(string Name, string Type)> extra
    )
    {
        this.names = names;
        this.columns = columns;
        this.extra = extra;
        dataColumns = DataColumns(schema, partitionColumns);
        values = new FileValueSql(names, tellsBytes: columns is not null && HasBytes(dataColumns));
    }

    /// <summary>The columns that are in the files: not those of the partition, and not void ones.</summary>
    public static List<StructField> DataColumns(StructType schema, IReadOnlyList<string> partitionColumns) =>
        [.. schema.Fields.Where(field => !partitionColumns.Contains(field.Name, StringComparer.Ordinal) && !IsVoid(field.Type))];

    /// <summary>Whether how columns are read depends on what files say of them.</summary>
    public static bool AsksFiles(IReadOnlyList<StructField> dataColumns, ColumnMappingMode mode, bool withExtra) =>
        HasBytes(dataColumns)
        || dataColumns.Any(column => column.Type.Contains(type => type is StructType))
        || (mode == ColumnMappingMode.Id && (withExtra || dataColumns.Any(column => column.Type is not (PrimitiveType or DecimalType))));

    /// <summary>Whether values depend on the session's time zone being UTC, as old kinds of timestamps in files do.</summary>
    public bool HasTimestamps =>
        dataColumns.Exists(column => column.Type.Contains(type => type is PrimitiveType { Kind: PrimitiveKind.Timestamp or PrimitiveKind.TimestampNtz }));

    /// <summary>
    /// The option by which bytes that a file does not call text are text: some writers leave that out. Without it they would be taken for binary
    /// and shown with escapes. It says nothing where the table itself has binary columns, which would become text too: there files are asked.
    /// </summary>
    public string TextOption => HasBytes(dataColumns) ? "" : ", binary_as_string = true";

    /// <summary>The <c>schema</c> argument of <c>read_parquet</c>: file columns become <c>c0</c>, <c>c1</c> and so on, further ones <c>x0</c>.</summary>
    public string SchemaArgument()
    {
        var entries = dataColumns.Select((field, index) => Entry(names.Key(field), $"c{index}", values.TypeInFiles(field.Type, Column(field)))).ToList();
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
                return values.Value(field.Type, Column(field), $"c{index}");
        }

        return $"CAST(NULL AS {DuckDbTypes.Sql(field.Type)})";
    }

    /// <summary>The same for files that are read in the same words.</summary>
    public string Signature() => string.Join('\n', dataColumns.Select(Value).Prepend(SchemaArgument()));

    private ParquetNode? Column(StructField field) => columns?.Child(names.Name(field));

    private static string Entry(string key, string name, string type) => $"{key}: {{'name': '{name}', 'type': {SqlText.Literal(type)}, 'default_value': NULL}}";

    private static bool IsVoid(DeltaType type) => type is PrimitiveType { Kind: PrimitiveKind.Void };

    private static bool HasBytes(IReadOnlyList<StructField> dataColumns) =>
        dataColumns.Any(column => column.Type.Contains(type => type is PrimitiveType { Kind: PrimitiveKind.Binary or PrimitiveKind.Variant }));
}
