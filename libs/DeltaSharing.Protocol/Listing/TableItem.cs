using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tideway.DeltaSharing.Protocol.Listing;

/// <summary>A table in a list, or by itself.</summary>
public sealed record TableItem
{
    /// <summary>The name, unique in the schema.</summary>
    public required string Name { get; init; }

    /// <summary>The schema's name.</summary>
    public required string Schema { get; init; }

    /// <summary>The share's name.</summary>
    public required string Share { get; init; }

    /// <summary>The share's id, never changing.</summary>
    public string? ShareId { get; init; }

    /// <summary>The table's id, unique in the share and never changing.</summary>
    public string? Id { get; init; }

    /// <summary>Where the table's folder is, for clients that read it themselves.</summary>
    public string? Location { get; init; }

    /// <summary>Other folders that hold files of the table.</summary>
    [JsonConverter(typeof(TextList))]
    public IReadOnlyList<string>? AuxiliaryLocations { get; init; }

    /// <summary><c>url</c> and <c>dir</c>, as far as they are offered; absent means <c>url</c>.</summary>
    [JsonConverter(typeof(TextList))]
    public IReadOnlyList<string>? AccessModes { get; init; }

    /// <summary>
    /// How the table is kept: <c>delta</c>, <c>iceberg</c>, or both with a comma between. Only told of a table that is asked for by itself.
    /// See <see href="https://github.com/OpenSharing-IO/OpenSharing/blob/main/spec/protocols/TABLES.md#get-table">Get Table</see>.
    /// </summary>
    public string? Format { get; init; }

    /// <summary>Reads a table that comes by itself. Throws <see cref="SharingProtocolException"/> where it is malformed.</summary>
    public static TableItem Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, WireJson.Default.TableItem) ?? throw new JsonException("There is no table.");
        }
        catch (JsonException exception)
        {
            throw new SharingProtocolException(SharingProtocolError.Malformed, $"Malformed table: {exception.Message}", exception);
        }
    }

    /// <summary>The table by itself as one line of JSON.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, WireJson.Default.TableItem);
}
