using System.Text.Json;

namespace Tideway.DeltaSharing.Protocol.Listing;

/// <summary>A volume, a folder with files of any kind: in a list, or as the answer to the call for one. Of OpenSharing.</summary>
public sealed record VolumeItem
{
    /// <summary>The name, unique in the schema.</summary>
    public required string Name { get; init; }

    /// <summary>The schema's name.</summary>
    public required string Schema { get; init; }

    /// <summary>The share's name.</summary>
    public required string Share { get; init; }

    /// <summary>The share's id, never changing.</summary>
    public string? ShareId { get; init; }

    /// <summary>The volume's id, unique in the share and never changing.</summary>
    public string? Id { get; init; }

    /// <summary>Where the volume's folder is. The protocol asks for it; a server of files that clients cannot reach may know none.</summary>
    public string? StorageLocation { get; init; }

    /// <summary>Reads the answer to the call for one volume. Throws <see cref="SharingProtocolException"/> where it is malformed.</summary>
    public static VolumeItem Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, WireJson.Default.VolumeItem) ?? throw new JsonException("There is no volume.");
        }
        catch (JsonException exception)
        {
            throw new SharingProtocolException(SharingProtocolError.Malformed, $"Malformed volume: {exception.Message}", exception);
        }
    }

    /// <summary>The volume as one line of JSON.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, WireJson.Default.VolumeItem);
}
