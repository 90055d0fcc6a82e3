using Tideway.DeltaLog.Schema;
using Tideway.DuckDb;

namespace Tideway.DeltaLog.Reading;

/// <summary>
/// How data files call the columns and fields of the schema.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#reader-requirements-for-column-mapping">Reader Requirements for Column Mapping</see>.
/// </summary>
internal sealed class FileColumnNames
{
    private readonly ColumnMappingMode mode;
    private readonly IReadOnlyDictionary<int, string>? byId;

    private FileColumnNames(ColumnMappingMode mode, IReadOnlyDictionary<int, string>? byId) => (this.mode, this.byId) = (mode, byId);

    /// <summary>DuckDB finds the columns: by name, or by their ids where they are mapped so.</summary>
    public static FileColumnNames Of(ColumnMappingMode mode) => new(mode, null);

    /// <summary>Columns mapped by id in files that give these names to the ids, nested ones included.</summary>
    public static FileColumnNames ById(IReadOnlyDictionary<int, string> names) => new(ColumnMappingMode.Id, names);

    /// <summary>Whether DuckDB is asked for columns by their ids, which it only can where none is nested and none lies beside the schema.</summary>
    public bool AsksForIds => mode == ColumnMappingMode.Id && byId is null;

    /// <summary>Whether names in files are not those of the schema.</summary>
    public bool Differ => mode != ColumnMappingMode.None;

    /// <summary>The column's key in the <c>schema</c> argument of <c>read_parquet</c>.</summary>
    public string Key(StructField field) => AsksForIds ? ColumnMapping.Id(field).ToString() : SqlText.Literal(Name(field));

    /// <summary>The name in files. For an id that a file lacks it is one that no file has, and so reads as null.</summary>
    public string Name(StructField field)
    {
        if (byId is null)
            return ColumnMapping.PhysicalName(field, mode);
        var id = ColumnMapping.Id(field);
        return byId.TryGetValue(id, out var name) ? name : $"-{id}-";
    }
}
