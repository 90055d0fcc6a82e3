using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tideway.DeltaSharing.Protocol.Lines;

/// <summary><c>metaData</c> of an answer in the delta format: what the table is, as a Delta log has it.</summary>
public sealed record DeltaMetadataLine : SharingLine
{
    /// <summary>The table's metadata.</summary>
    public required DeltaMetadata DeltaMetadata { get; init; }

    /// <summary>The table version this holds from, where a version or change was asked for.</summary>
    public long? Version { get; init; }

    /// <summary>All files of the table in bytes, where known.</summary>
    public long? Size { get; init; }

    /// <summary>How many files the table has, where known.</summary>
    public long? NumFiles { get; init; }

    /// <summary>Where the table's folder is, for clients that read it themselves.</summary>
    public string? Location { get; init; }

    /// <summary>Other folders that hold files of the table.</summary>
    [JsonConverter(typeof(TextList))]
    public IReadOnlyList<string>? AuxiliaryLocations { get; init; }

    /// <summary><c>url</c> and <c>dir</c>, as far as they are offered.</summary>
    [JsonConverter(typeof(TextList))]
    public IReadOnlyList<string>? AccessModes { get; init; }

    private protected override JsonEncodedText Wrapper => WrapperName;

    private static JsonEncodedText WrapperName { get; } = JsonEncodedText.Encode("metaData");

    private protected override void WriteBody(Utf8JsonWriter writer) => JsonSerializer.Serialize(writer, this, WireJson.Default.DeltaMetadataLine);
}

/// <summary>The <c>metaData</c> action of a Delta log.</summary>
public sealed record DeltaMetadata
{
    /// <summary>The table's id.</summary>
    public required string Id { get; init; }

    /// <summary>The table's own name.</summary>
    public string? Name { get; init; }

    /// <summary>What the table is, for people.</summary>
    public string? Description { get; init; }

    /// <summary>How the files are encoded.</summary>
    public DeltaFormat Format
    {
        get => field ?? DeltaFormat.Parquet;
        init;
    }

    /// <summary>The schema as Spark writes it in JSON. Clients compare it as text.</summary>
    public required string SchemaString { get; init; }

    /// <summary>The columns the table is partitioned by; empty where there are none.</summary>
    [JsonConverter(typeof(TextList))]
    public IReadOnlyList<string> PartitionColumns
    {
        get => field ?? [];
        init;
    }

    /// <summary>The table's settings.</summary>
    [JsonConverter(typeof(TextPairs))]
    public IReadOnlyDictionary<string, string> Configuration
    {
        get => field ?? NoSettings;
        init;
    }

    /// <summary>When the table was created, in milliseconds of unix time.</summary>
    public long? CreatedTime { get; init; }

    private static readonly IReadOnlyDictionary<string, string> NoSettings = new Dictionary<string, string>();
}

/// <summary>How a table's files are encoded, in a Delta log.</summary>
public sealed record DeltaFormat
{
    /// <summary><c>parquet</c>, the only one.</summary>
    public required string Provider { get; init; }

    /// <summary>Options; empty.</summary>
    [JsonConverter(typeof(TextPairs))]
    public IReadOnlyDictionary<string, string> Options
    {
        get => field ?? NoOptions;
        init;
    }

    /// <summary>The only format.</summary>
    public static DeltaFormat Parquet { get; } = new() { Provider = "parquet" };

    private static readonly IReadOnlyDictionary<string, string> NoOptions = new Dictionary<string, string>();
}
