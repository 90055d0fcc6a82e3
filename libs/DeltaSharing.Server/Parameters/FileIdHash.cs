using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Tideway.DeltaSharing.Protocol;
using Tideway.DeltaSharing.Server.Answers;

namespace Tideway.DeltaSharing.Server.Parameters;

/// <summary>How file ids are made from paths in the log. A file has the same id in every answer made the same way.</summary>
public enum FileIdHash
{
    /// <summary>MD5, 32 hex digits; the way of answers in the parquet format.</summary>
    Parquet,

    /// <summary>SHA-256, 64 hex digits; the way of answers in the delta format.</summary>
    Delta,
}

/// <summary>Makes file ids, and reads and echoes the <c>fileidhash</c> header.</summary>
public static class FileIds
{
    /// <summary>The longest id in characters.</summary>
    public const int MaxLength = SHA256.HashSizeInBytes * 2;

    /// <summary>The id of the file at <paramref name="path"/>, as the log names it.</summary>
    public static string Of(this FileIdHash hash, string path)
    {
        Span<byte> id = stackalloc byte[MaxLength];
        return Encoding.ASCII.GetString(id[..hash.Write(path, id)]);
    }

    /// <summary>Writes the id in ASCII, and returns its length: at most <see cref="MaxLength"/>.</summary>
    public static int Write(this FileIdHash hash, string path, Span<byte> id)
    {
        ArgumentNullException.ThrowIfNull(path);
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        Span<byte> small = stackalloc byte[512];
        var bytes = Encoding.UTF8.TryGetBytes(path, small, out var count) ? small[..count] : Encoding.UTF8.GetBytes(path);
#pragma warning disable CA5351 // An id that clients know in this form, not a protection.
        var length = hash == FileIdHash.Delta ? SHA256.HashData(bytes, digest) : MD5.HashData(bytes, digest);
#pragma warning restore CA5351
        Convert.TryToHexStringLower(digest[..length], id, out var written);
        return written;
    }

    /// <summary>The way that the client asked for, <see langword="null"/> where it asked for none, or a refusal where it is unknown.</summary>
    public static Checked<FileIdHash?> Read(HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var header = request.Headers[HeaderNames.FileIdHash];
        if (header.Count == 0)
            return (FileIdHash?)null;
        if (Find(header.ToString().Trim()) is { } hash)
            return hash;
        return ProtocolRefusals.Invalid($"Unsupported fileidhash: '{header}'. Expected parquet or delta.");
    }

    /// <summary>The way of a name, whatever its case; <see langword="null"/> where there is none of that name.</summary>
    public static FileIdHash? Find(string? name) =>
        name?.ToLowerInvariant() switch
        {
            "parquet" => FileIdHash.Parquet,
            "delta" => FileIdHash.Delta,
            _ => null,
        };

    /// <summary>The name of a way, as the header has it.</summary>
    public static string ToHeader(this FileIdHash hash) => hash == FileIdHash.Delta ? "delta" : "parquet";
}
