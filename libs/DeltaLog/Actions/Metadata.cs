using System.Text.Json;

namespace Tideway.DeltaLog.Actions;

/// <summary>
/// <c>metaData</c>: the table's identity, schema, partitioning and properties.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#change-metadata">Change Metadata</see>.
/// </summary>
public sealed record Metadata : DeltaAction
{
    /// <summary>Unique identifier of the table, a GUID by convention.</summary>
    public required string Id { get; init; }

    /// <summary>Name given by the user, if any.</summary>
    public string? TableName { get; init; }

    /// <summary>Description given by the user, if any.</summary>
    public string? Description { get; init; }

    /// <summary>Format of the data files: always <c>parquet</c>.</summary>
    public string FormatProvider { get; init; } = "parquet";

    /// <summary>Options of the format.</summary>
    public IReadOnlyDictionary<string, string> FormatOptions { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Schema of the table as JSON, exactly as written; empty in a version that was made before it had columns.</summary>
    public required string SchemaString { get; init; }

    /// <summary>Names of the columns by which the files are partitioned, outermost first.</summary>
    public IReadOnlyList<string> PartitionColumns { get; init; } = [];

    /// <summary>When the table was created, in milliseconds since the epoch, if known.</summary>
    public long? CreatedTime { get; init; }

    /// <summary>The table's properties.</summary>
    public IReadOnlyDictionary<string, string> Configuration { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    internal override string Name => "metaData";

    /// <summary>Whether a property is set to <c>true</c> (in any casing).</summary>
    public bool IsEnabled(string property) =>
        Configuration.TryGetValue(property, out var value) && string.Equals(value, "true", StringComparison.OrdinalIgnoreCase);

    internal static Metadata Read(ref Utf8JsonReader reader)
    {
        string? id = null,
            name = null,
            description = null,
            schema = null,
            provider = null;
        IReadOnlyDictionary<string, string>? options = null,
            configuration = null;
        IReadOnlyList<string>? partitionColumns = null;
        long? createdTime = null;
        while (reader.NextMember())
        {
            if (reader.ValueTextEquals("id"u8))
                id = reader.TakeString();
            else if (reader.ValueTextEquals("name"u8))
                name = reader.TakeString();
            else if (reader.ValueTextEquals("description"u8))
                description = reader.TakeString();
            else if (reader.ValueTextEquals("format"u8))
                (provider, options) = ReadFormat(ref reader);
            else if (reader.ValueTextEquals("schemaString"u8))
                schema = reader.TakeString();
            else if (reader.ValueTextEquals("partitionColumns"u8))
                partitionColumns = reader.TakeList();
            else if (reader.ValueTextEquals("createdTime"u8))
                createdTime = reader.TakeLong();
            else if (reader.ValueTextEquals("configuration"u8))
                configuration = reader.TakeStrings();
            else
                reader.SkipValue();
        }

        var none = new Dictionary<string, string>(StringComparer.Ordinal);
        return new Metadata
        {
            Id = JsonFields.Required(id, "id"),
            TableName = name,
            Description = description,
            FormatProvider = JsonFields.Required(provider, "format.provider"),
            FormatOptions = options ?? none,
            // Pipelines create tables before they know their columns; a version that stays so is refused when it is loaded.
            SchemaString = schema ?? "",
            PartitionColumns = partitionColumns ?? [],
            CreatedTime = createdTime,
            Configuration = configuration ?? none,
        };
    }

    internal override void WriteMembers(Utf8JsonWriter writer)
    {
        writer.WriteString("id", Id);
        writer.WriteOptional("name", TableName);
        writer.WriteOptional("description", Description);
        writer.WriteStartObject("format");
        writer.WriteString("provider", FormatProvider);
        writer.WriteStrings("options", FormatOptions);
        writer.WriteEndObject();
        writer.WriteString("schemaString", SchemaString);
        writer.WriteList("partitionColumns", PartitionColumns);
        writer.WriteStrings("configuration", Configuration);
        writer.WriteOptional("createdTime", CreatedTime);
    }

    private static (string? Provider, IReadOnlyDictionary<string, string>? Options) ReadFormat(ref Utf8JsonReader reader)
    {
        string? provider = null;
        IReadOnlyDictionary<string, string>? options = null;
        reader.BeginObject();
        while (reader.NextMember())
        {
            if (reader.ValueTextEquals("provider"u8))
                provider = reader.TakeString();
            else if (reader.ValueTextEquals("options"u8))
                options = reader.TakeStrings();
            else
                reader.SkipValue();
        }

        return (provider, options);
    }
}
