using System.Globalization;
using System.Text.Json;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Schema;

namespace Tideway.DeltaLog.Evolution;

/// <summary>
/// Gives columns their ids and the names they have in files.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#writer-requirements-for-column-mapping">Writer Requirements for Column Mapping</see>.
/// </summary>
internal sealed class MappedColumns
{
    public const string MaxIdProperty = "delta.columnMapping.maxColumnId";

    private const string IdKey = "delta.columnMapping.id";
    private const string PhysicalNameKey = "delta.columnMapping.physicalName";

    private readonly bool keepNames;

    /// <param name="highest">The highest id that the table has given out.</param>
    /// <param name="keepNames">Whether columns are called in files what they are called in the schema, as in files that are there already.</param>
    public MappedColumns(long highest, bool keepNames)
    {
        Highest = highest;
        this.keepNames = keepNames;
    }

    /// <summary>The highest id given out.</summary>
    public long Highest { get; private set; }

    /// <summary>The highest id that a table has given out, by its property and by its columns.</summary>
    public static long HighestOf(Metadata metadata, StructType schema)
    {
        var known =
            metadata.Configuration.TryGetValue(MaxIdProperty, out var text)
            && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                ? number
                : 0;
        return SchemaEdit
            .All(schema)
            .Select(found =>
                found.Field.Metadata.TryGetValue(IdKey, out var json) && long.TryParse(json, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                    ? id
                    : 0
            )
            .Append(known)
            .Max();
    }

    /// <summary>The type with ids and names in every field that lacks them.</summary>
    public DeltaType Assign(DeltaType type) =>
        type switch
        {
            StructType structure => new StructType([.. structure.Fields.Select(Assign)]),
            ArrayType array => array with { ElementType = Assign(array.ElementType) },
            MapType map => map with { KeyType = Assign(map.KeyType), ValueType = Assign(map.ValueType) },
            _ => type,
        };

    /// <summary>The field with id and name, and those inside it.</summary>
    public StructField Assign(StructField field)
    {
        var metadata = new Dictionary<string, string>(field.Metadata, StringComparer.Ordinal);
        if (!metadata.ContainsKey(IdKey))
            metadata[IdKey] = (++Highest).ToString(CultureInfo.InvariantCulture);
        if (!metadata.ContainsKey(PhysicalNameKey))
            metadata[PhysicalNameKey] = JsonSerializer.Serialize(keepNames ? field.Name : $"col-{Guid.CreateVersion7()}", JsonText.Options);
        return field with { Metadata = metadata, Type = Assign(field.Type) };
    }
}
