using System.Buffers;
using System.Text.Json;

namespace Tideway.DeltaSharing.Protocol.Credentials;

/// <summary>The body of a call for temporary credentials.</summary>
/// <param name="Location">The folder wanted; <see langword="null"/> for the main one.</param>
public sealed record CredentialsRequest(string? Location = null)
{
    /// <summary>
    /// Reads a body; an empty one is <c>{}</c>. Unknown fields are ignored, <c>null</c> is absent. Returns <see langword="null"/> and the
    /// <paramref name="fault"/>, with its place, where that is not enough.
    /// </summary>
    public static CredentialsRequest? Parse(ReadOnlySpan<byte> json, out string? fault) =>
        BodyFields.Read(json, static fields => new CredentialsRequest(fields.Text("location")), out fault);

    /// <summary>The body as UTF-8 JSON.</summary>
    public byte[] ToJson()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, WireJson.WriterOptions))
        {
            writer.WriteStartObject();
            if (Location is not null)
                writer.WriteString("location", Location);
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
