using Tideway.DeltaLog.Schema;
using Tideway.DuckDb;

namespace Tideway.DeltaLog.Writing;

/// <summary>
/// The columns of new data files: how they are named there, which ids they carry, and how they come from the table's columns.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#writer-requirements-for-column-mapping">Writer Requirements for Column Mapping</see>.
/// </summary>
internal sealed class PhysicalColumns
{
    private readonly ColumnMappingMode mode;
    private readonly List<StructField> data;

    /// <param name="schema">The table's schema.</param>
    /// <param name="partitionColumns">Its partition columns, which do not go into files.</param>
    /// <param name="mode">How columns are found in files.</param>
    public PhysicalColumns(StructType schema, IReadOnlyList<string> partitionColumns, ColumnMappingMode mode)
    {
        this.mode = mode;
        data = [.. schema.Fields.Where(field => !partitionColumns.Contains(field.Name) && !IsVoid(field.Type))];
        Partitions = [.. partitionColumns.Select(name => schema.Fields.First(field => field.Name == name))];
        Schema = (StructType)Physical(new StructType(data));
    }

    /// <summary>The schema of the files, by the names in them.</summary>
    public StructType Schema { get; }

    /// <summary>The partition columns, outermost first.</summary>
    public IReadOnlyList<StructField> Partitions { get; }

    /// <summary>The name that partition values, statistics and files have for a column.</summary>
    public string NameOf(StructField field) => ColumnMapping.PhysicalName(field, mode);

    /// <summary>The files' columns, out of a SELECT with the table's.</summary>
    public IEnumerable<string> Select() =>
        data.Select(field => $"{Value(field.Type, SqlText.Identifier(field.Name), 0)} AS {SqlText.Identifier(NameOf(field))}");

    /// <summary>The option of COPY that gives columns their ids; empty where they have none.</summary>
    public string FieldIds => mode == ColumnMappingMode.None ? "" : $", FIELD_IDS {{{string.Join(", ", data.Select(FieldId))}}}";

    private static bool IsVoid(DeltaType type) => type is PrimitiveType { Kind: PrimitiveKind.Void };

    private DeltaType Physical(DeltaType type) =>
        type switch
        {
            StructType structure => new StructType([
                .. structure.Fields.Where(field => !IsVoid(field.Type)).Select(field => field with { Name = NameOf(field), Type = Physical(field.Type) }),
            ]),
            ArrayType array => array with { ElementType = Physical(array.ElementType) },
            MapType map => map with { KeyType = Physical(map.KeyType), ValueType = Physical(map.ValueType) },
            _ => type,
        };

    private string Value(DeltaType type, string value, int depth)
    {
        if (!Differs(type))
            return value;
        var item = $"w{depth}";
        return type switch
        {
            StructType structure =>
                $"CASE WHEN {value} IS NULL THEN NULL ELSE struct_pack({string.Join(", ", structure.Fields.Where(field => !IsVoid(field.Type)).Select(field => $"{SqlText.Identifier(NameOf(field))} := {Value(field.Type, $"{value}.{SqlText.Identifier(field.Name)}", depth)}"))}) END",
            ArrayType array => $"list_transform({value}, lambda {item}: {Value(array.ElementType, item, depth + 1)})",
            MapType map =>
                $"map_from_entries(list_transform(map_entries({value}), lambda {item}: struct_pack(k := {Value(map.KeyType, $"{item}.key", depth + 1)}, v := {Value(map.ValueType, $"{item}.value", depth + 1)})))",
            _ => value,
        };
    }

    private bool Differs(DeltaType type) =>
        type switch
        {
            StructType structure => structure.Fields.Any(field => IsVoid(field.Type) || NameOf(field) != field.Name || Differs(field.Type)),
            ArrayType array => Differs(array.ElementType),
            MapType map => Differs(map.KeyType) || Differs(map.ValueType),
            _ => false,
        };

    private string FieldId(StructField field) => $"{SqlText.Identifier(NameOf(field))}: {Ids(field.Type, ColumnMapping.Id(field))}";

    private string Ids(DeltaType type, int? id)
    {
        var parts = Parts(type).ToList();
        if (parts.Count == 0)
            return id?.ToString() ?? "";
        if (id is not null)
            parts.Insert(0, $"__duckdb_field_id: {id}");
        return $"{{{string.Join(", ", parts)}}}";
    }

    // Elements, keys and values have no ids of their own; fields inside them do.
    private IEnumerable<string> Parts(DeltaType type)
    {
        var parts = type switch
        {
            StructType structure => structure.Fields.Where(field => !IsVoid(field.Type)).Select(FieldId),
            ArrayType array => [Part("element", array.ElementType)],
            MapType map => [Part("key", map.KeyType), Part("value", map.ValueType)],
            _ => [],
        };
        return parts.Where(part => part.Length > 0);
    }

    private string Part(string name, DeltaType type) => Ids(type, null) is { Length: > 0 } ids ? $"{name}: {ids}" : "";
}
