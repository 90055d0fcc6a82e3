using System.Net;
using Tideway.DeltaSharing.Client.Transport;

namespace Tideway.DeltaSharing.Client.Downloads;

/// <summary>The ways of checksums that stores tell.</summary>
internal enum ChecksumKind
{
    Sha256,
    Md5,
    Crc32C,
}

/// <summary>The checksum of a whole file that the head of an answer tells.</summary>
/// <param name="Kind">How it is made.</param>
/// <param name="Value">The bytes, in the order in which they are written.</param>
/// <param name="Source">Who tells it.</param>
/// <param name="RequestId">The store's id of the exchange.</param>
internal sealed record ToldChecksum(ChecksumKind Kind, byte[] Value, string Source, string? RequestId)
{
    /// <summary>
    /// The strongest that is told; <see langword="null"/> where there is none, or none that is one: what cannot be read says nothing of the file.
    /// </summary>
    public static ToldChecksum? Find(Answer answer)
    {
        var (kind, value) =
            Sha256(answer) is { } sha256 ? (ChecksumKind.Sha256, sha256)
            : Md5(answer) is { } md5 ? (ChecksumKind.Md5, md5)
            : Google(answer, "crc32c=", 4) is { } crc32c ? (ChecksumKind.Crc32C, crc32c)
            : default((ChecksumKind, byte[]?));
        return value is null ? null : new ToldChecksum(kind, value, answer.Source, answer.RequestId);
    }

    // That of a file which was brought in parts may be one of the checksums of the parts: then it ends with their number, or its type says so.
    private static byte[]? Sha256(Answer answer) =>
        IsWhole(answer) && answer.Header("x-amz-checksum-type") is var type && !string.Equals(type, "COMPOSITE", StringComparison.OrdinalIgnoreCase)
            ? Decode(answer.Header("x-amz-checksum-sha256"), 32)
            : null;

    private static byte[]? Md5(Answer answer) =>
        (IsWhole(answer) && answer.Response.Content.Headers.TryGetValues("Content-MD5", out var values) ? Decode(string.Join(',', values), 16) : null)
        ?? Google(answer, "md5=", 16);

    // https://cloud.google.com/storage/docs/xml-api/reference-headers#xgooghash: of the file as it is stored, also in the answer to a range. One that is stored
    // packed may come unpacked.
    private static byte[]? Google(Answer answer, string name, int length)
    {
        var stored = answer.Header("x-goog-stored-content-encoding") ?? "identity";
        var sent = answer.Response.Content.Headers.ContentEncoding is { Count: > 0 } encodings ? string.Join(',', encodings) : "identity";
        if (!stored.Equals(sent, StringComparison.OrdinalIgnoreCase))
            return null;
        return answer
            .Header("x-goog-hash")
            ?.Split(',', StringSplitOptions.TrimEntries)
            .Where(hash => hash.StartsWith(name, StringComparison.OrdinalIgnoreCase))
            .Select(hash => Decode(hash[name.Length..], length))
            .FirstOrDefault();
    }

    // The answer to a range tells these of the range.
    private static bool IsWhole(Answer answer) => answer.Response.StatusCode == HttpStatusCode.OK;

    private static byte[]? Decode(string? text, int length)
    {
        var bytes = new byte[length];
        // A text of the right length has no room for blanks, which the decoder would skip.
        return text?.Length == (length + 2) / 3 * 4 && Convert.TryFromBase64String(text, bytes, out var written) && written == length ? bytes : null;
    }
}
