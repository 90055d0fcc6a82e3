using System.Security.Cryptography;
using System.Text.Json;
using Tideway.DeltaLog;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.DeletionVectors;
using Tideway.DeltaSharing.Client;
using Tideway.DeltaSharing.Client.Downloads;
using Tideway.DeltaSharing.Protocol.Lines;

namespace Tideway.DeltaSharing.Tables;

/// <summary>The deleted rows of a file: in the line itself, or in a file of their own.</summary>
/// <param name="Descriptor">As the log has it; what it says of the file with the vector is put in once that is here.</param>
/// <param name="FileId">
/// What tells the file with the vector from all others, the same in every answer; <see langword="null"/> where nothing does, and where the vector is in the line.
/// </param>
/// <param name="Url">Where the file can be read for a while; <see langword="null"/> where the vector is in the line.</param>
public sealed record SharedVector(DeletionVectorDescriptor Descriptor, string? FileId, Uri? Url)
{
    /// <summary>The longest vector that is taken, in bytes: as many are needed where every other row of 130 million is deleted.</summary>
    public const int MaxBytes = 1 << 24;

    private const string Inline = "i";
    private const string NameBegins = "deletion_vector_";
    private const string NameEnds = ".bin";
    private const int RunsPerByte = 4;
    private const int BytesOfRun = 2 * sizeof(long);

    /// <summary>Whether the vector is in a file that nothing names: then only the bytes tell whether it is one that an earlier answer had.</summary>
    public bool IsUnnamed => Url is not null && FileId is null;

    /// <summary>What an unnamed vector is called once it is here: a digest of its bytes, see <see cref="WithContent"/>.</summary>
    public string? ContentId { get; init; }

    /// <summary>
    /// What the address of the vector's file is asked for again by: nothing that a data file is called. Where nothing names the file, it is the line that it came with,
    /// which has the same vector only in an answer for the same version.
    /// </summary>
    public string AddressKey => IsUnnamed ? $"vector of\n{ToldBy}\n{Shape}" : "vector\n" + FileId;

    /// <summary>Tells the vector from every other that the server has; an unnamed one only from those of the same answer.</summary>
    public string Identity => $"{FileKey}\n{Shape}";

    /// <summary>How many bytes of memory the deleted rows can take where they are read: those that lie side by side take less.</summary>
    public long MostBytesHeld
    {
        get
        {
            // Of the forms that a vector has, a bit for every other row is the one that tells the most runs of rows in a byte.
            var runs = Math.Min(Descriptor.Cardinality, RunsPerByte * (long)Descriptor.SizeInBytes);
            return runs * BytesOfRun;
        }
    }

    /// <summary>How long the file is that <see cref="VectorSpan.ContentOf"/> gives.</summary>
    public long FileBytes => 1L + Descriptor.SizeInBytes + SingleVectorFile.FrameBytes;

    /// <summary>The line that it came with, where it is unnamed.</summary>
    internal string? ToldBy { get; init; }

    /// <summary>Tells the file with the vector from all others, within an answer.</summary>
    internal string FileKey => IsUnnamed ? "address\n" + Url!.OriginalString : FileId ?? "";

    private string Shape => $"{Descriptor.Offset}\n{Descriptor.SizeInBytes}\n{Descriptor.Cardinality}";

    /// <summary>Where in the server's file it begins.</summary>
    internal long StoredAt => Descriptor.Offset ?? 0;

    /// <summary>How many bytes it takes there.</summary>
    internal int StoredBytes => Descriptor.SizeInBytes + SingleVectorFile.FrameBytes;

    /// <summary>The address of the vector's file, which ends with that of the data file.</summary>
    public FileUrl UrlOf(SharedFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return new FileUrl(Url ?? throw new InvalidOperationException("The vector is in the line itself."), file.Url.ExpiresAt);
    }

    /// <summary>An unnamed vector that is here, named by its bytes.</summary>
    /// <param name="content">What <see cref="VectorSpan.ContentOf"/> gave.</param>
    public SharedVector WithContent(ReadOnlySpan<byte> content) => this with { ContentId = Convert.ToHexStringLower(SHA256.HashData(content)) };

    /// <summary>Checks a vector that is in the line itself.</summary>
    /// <exception cref="DeltaSharingException"><see cref="DeltaSharingError.MalformedAnswer"/>: it is not what the line says.</exception>
    public void CheckInline()
    {
        try
        {
            SingleVectorFile.CheckInline(Descriptor);
        }
        catch (DeltaLogException exception)
        {
            throw Malformed(exception);
        }
    }

    /// <summary>The file of its own, out of what the server's file has for the vector.</summary>
    internal byte[] ContentOf(ReadOnlySpan<byte> stored)
    {
        try
        {
            return SingleVectorFile.Content(Descriptor, stored);
        }
        catch (DeltaLogException exception)
        {
            throw Malformed(exception);
        }
    }

    internal static SharedVector Of(JsonElement json, string kind, DeltaFileLine line)
    {
        var descriptor = new DeletionVectorDescriptor
        {
            StorageType = Text(json, "storageType"),
            PathOrInlineDv = Text(json, "pathOrInlineDv"),
            Offset = json.TryGetProperty("offset", out var offset) && offset.ValueKind != JsonValueKind.Null ? (int)Number(json, "offset", int.MaxValue) : null,
            SizeInBytes = (int)Number(json, "sizeInBytes", MaxBytes),
            Cardinality = Number(json, "cardinality", long.MaxValue),
        };
        if (descriptor.StorageType == Inline)
            return new SharedVector(descriptor, null, null);
        var url = SharedFile.Address(descriptor.PathOrInlineDv);
        var fileId = string.IsNullOrEmpty(line.DeletionVectorFileId) ? NameOf(url) : line.DeletionVectorFileId;
        return new SharedVector(descriptor, fileId, url) { ToldBy = fileId is null ? $"{kind}\n{line.Id}\n{line.Version}" : null };
    }

    // Not every server sends the id. Of an address only the name that Delta gives such a file, which has a UUID, is one for certain: of a path that is the same again, what
    // follows it may say which file is meant, and an address may be where the newest of several can be had.
    private static string? NameOf(Uri url)
    {
        var name = url.Segments[^1];
        return
            name.StartsWith(NameBegins, StringComparison.Ordinal)
            && name.EndsWith(NameEnds, StringComparison.Ordinal)
            && name.Length > NameBegins.Length + NameEnds.Length
            && Guid.TryParseExact(name[NameBegins.Length..^NameEnds.Length], "D", out _)
            ? name
            : null;
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

    private static DeltaSharingException Malformed(DeltaLogException exception) => new(DeltaSharingError.MalformedAnswer, exception.Message, exception);

    private static DeltaSharingException Malformed(string expected) => MalformedLine.Expected($"{expected} of a deletion vector");
}
