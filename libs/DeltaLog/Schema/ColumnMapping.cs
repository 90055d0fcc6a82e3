using System.Text.Json;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Features;

namespace Tideway.DeltaLog.Schema;

/// <summary>How the columns of data files are found.</summary>
public enum ColumnMappingMode
{
    /// <summary>By the name in the schema.</summary>
    None,

    /// <summary>By the physical name in the column's metadata.</summary>
    Name,

    /// <summary>By the Parquet field id in the column's metadata.</summary>
    Id,
}

/// <summary>
/// Names of columns in files and statistics.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#column-mapping">Column Mapping</see>.
/// </summary>
public static class ColumnMapping
{
    /// <summary>Property that holds the mode.</summary>
    public const string ModeProperty = "delta.columnMapping.mode";

    private const string PhysicalNameKey = "delta.columnMapping.physicalName";
    private const string IdKey = "delta.columnMapping.id";

    /// <summary>The mode in force: the property only counts where the protocol supports the feature.</summary>
    public static ColumnMappingMode Of(Protocol protocol, Metadata metadata)
    {
        if (!metadata.Configuration.TryGetValue(ModeProperty, out var mode))
            return ColumnMappingMode.None;
        // Some writers list the feature for writers only when they upgrade a table; its columns are mapped all the same.
        var supported = protocol.MinReaderVersion == 2 || protocol.Has(TableFeatures.ColumnMapping);
        return !supported
            ? ColumnMappingMode.None
            : mode switch
            {
                "none" => ColumnMappingMode.None,
                "name" => ColumnMappingMode.Name,
                "id" => ColumnMappingMode.Id,
                _ => throw new DeltaLogException(DeltaLogError.CorruptLog, $"Expected {ModeProperty} to be none, name or id, found '{mode}'."),
            };
    }

    /// <summary>The column's name in data files, partition values and statistics.</summary>
    public static string PhysicalName(StructField field, ColumnMappingMode mode)
    {
        if (mode == ColumnMappingMode.None)
            return field.Name;
        if (field.Metadata.TryGetValue(PhysicalNameKey, out var json) && Text(json) is { Length: > 0 } name && !name.Contains('\0'))
            return name;
        throw new DeltaLogException(DeltaLogError.CorruptLog, $"Column '{field.Name}' has no {PhysicalNameKey}, though columns are mapped.");
    }

    private static string? Text(string json)
    {
        if (!json.StartsWith('"'))
            return null;
        try
        {
            return JsonSerializer.Deserialize<string>(json);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // Half of a surrogate pair is JSON and yet no text.
            return null;
        }
    }

    /// <summary>The column's Parquet field id.</summary>
    public static int Id(StructField field) =>
        field.Metadata.TryGetValue(IdKey, out var json) && int.TryParse(json, out var id)
            ? id
            : throw new DeltaLogException(DeltaLogError.CorruptLog, $"Column '{field.Name}' has no {IdKey}, though columns are mapped.");
}
