using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tideway.DeltaSharing.Protocol.Lines;

/// <summary><c>metaData</c>, the second line: what the table is.</summary>
public sealed record MetadataLine : SharingLine
{
    /// <summary>The table's id.</summary>
    public required string Id { get; init; }

    /// <summary>The table's own name.</summary>
    public string? Name { get; init; }

    /// <summary>What the table is, for people.</summary>
    public string? Description { get; init; }

    /// <summary>How the files are encoded.</summary>
    public FileFormat Format
    {
        get => field ?? FileFormat.Parquet;
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
    public IReadOnlyDictionary<string, string>? Configuration { get; init; }

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

    private protected override void WriteBody(Utf8JsonWriter writer) => JsonSerializer.Serialize(writer, this, WireJson.Default.MetadataLine);
}
