using System.Text.Json;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaSharing.Client.Downloads;
using Tideway.DeltaSharing.Protocol;

namespace Tideway.Cli.Read;

/// <summary>The deleted rows of a file: in the line itself, or in a file of their own.</summary>
/// <param name="Descriptor">As the log has it; what it says of the file with the vector is put in once that is here.</param>
/// <param name="FileId">The same in every answer; <see langword="null"/> where the vector is in the line.</param>
/// <param name="Url">Where the file can be read for a while; <see langword="null"/> where the vector is in the line.</param>
internal sealed record SharedVector(DeletionVectorDescriptor Descriptor, string? FileId, Uri? Url)
{
    private const string Inline = "i";
    private const int MaxVectorBytes = 1 << 28;

    // The size before the vector, and its checksum after it.
    private const int FrameBytes = 8;

    /// <summary>Where in the file the vector is, with its size and checksum.</summary>
    public (long Offset, int Length) Range => (Descriptor.Offset ?? 0, checked(Descriptor.SizeInBytes + FrameBytes));

    /// <summary>The address of the vector's file, which ends with that of the data file.</summary>
    public FileUrl UrlOf(SharedFile file) => new(Url!, file.Url.ExpiresAt);

    /// <summary>Reads the descriptor of a line.</summary>
    public static SharedVector Of(JsonElement json, string? fileId)
    {
        var descriptor = new DeletionVectorDescriptor
        {
            StorageType = Text(json, "storageType"),
            PathOrInlineDv = Text(json, "pathOrInlineDv"),
            Offset = json.TryGetProperty("offset", out var offset) && offset.ValueKind != JsonValueKind.Null ? (int)Number(json, "offset", int.MaxValue) : null,
            SizeInBytes = (int)Number(json, "sizeInBytes", MaxVectorBytes),
            Cardinality = Number(json, "cardinality", long.MaxValue),
        };
        if (descriptor.StorageType == Inline)
            return new SharedVector(descriptor, null, null);
        var url = SharedFile.Address(descriptor.PathOrInlineDv);
        // Not every server sends the id; the path of the address names the file as well, without the signature.
        return new SharedVector(descriptor, fileId ?? url.GetLeftPart(UriPartial.Path), url);
    }

    private static string Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Malformed($"the text {name}");

    private static long Number(JsonElement json, string name, long most) =>
        json.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.Number
        && value.TryGetInt64(out var number)
        && number >= 0
        && number <= most
            ? number
            : throw Malformed($"the number {name}");

    private static SharingProtocolException Malformed(string expected) =>
        new(SharingProtocolError.Malformed, $"Malformed line: expected {expected} of a deletion vector.");
}
