using System.Buffers.Binary;
using System.IO.Compression;
using ZstdSharp;
using ZstdSharp.Unsafe;

namespace Tideway.DeltaSharing.Server.Answers;

/// <summary>
/// Encodes an answer portion by portion. What is made of a portion can be decoded as soon as it has arrived, so that compression holds no line back. Holds a
/// window of at most 256 KiB and the bytes of one portion, and what was made of all where it is to be kept and not too long for that. Not for several threads.
/// </summary>
internal sealed class PortionEncoder : IDisposable
{
    // Fast levels: the lines of one answer are much alike, and the rest is signatures, which nothing makes smaller.
    private const int ZstdLevel = 1;
    private const int ZstdWindowBits = 18;
    private const int GzipTrailer = 8;

    private readonly MemoryStream output = new();
    private readonly GatheredBytes? all;
    private readonly Stream encoder;

    public PortionEncoder(ContentCoding coding, long mostKept = 0)
    {
        Coding = coding;
        all = mostKept > 0 ? new GatheredBytes(mostKept) : null;
        encoder = coding switch
        {
            ContentCoding.Gzip => new GZipStream(output, CompressionLevel.Fastest, leaveOpen: true),
            ContentCoding.Zstd => NewZstd(output),
            _ => throw new ArgumentOutOfRangeException(nameof(coding), coding, "Expected an encoding."),
        };
    }

    /// <summary>The encoding.</summary>
    public ContentCoding Coding { get; }

    /// <summary>A whole answer at once.</summary>
    public static byte[] Encode(ContentCoding coding, ReadOnlySpan<byte> whole)
    {
        using var made = new PortionEncoder(coding);
        made.encoder.Write(whole);
        made.encoder.Dispose();
        return made.output.ToArray();
    }

    /// <summary>What a portion becomes; good until the next call.</summary>
    public ReadOnlyMemory<byte> Encode(ReadOnlySpan<byte> portion)
    {
        output.SetLength(0);
        encoder.Write(portion);
        encoder.Flush();
        all?.Add(output.GetBuffer().AsSpan(0, (int)output.Length));
        return Output();
    }

    /// <summary>The end, by which the reader knows that it has all.</summary>
    public ReadOnlyMemory<byte> End()
    {
        output.SetLength(0);
        encoder.Dispose();
        return Output();
    }

    /// <summary>All that was made so far, without an end, where all is kept; nothing can be encoded after that.</summary>
    public EncodedLines? Take(byte[] head)
    {
        if (all?.Take() is not { } made)
            return null;
        if (Coding != ContentCoding.Gzip)
            return new EncodedLines(Coding, head, made, 0, 0);
        // The end that is not sent says what the checksum is.
        var trailer = End().Span[^GzipTrailer..];
        return new EncodedLines(Coding, head, made, BinaryPrimitives.ReadUInt32LittleEndian(trailer), BinaryPrimitives.ReadUInt32LittleEndian(trailer[4..]));
    }

    public void Dispose()
    {
        encoder.Dispose();
        output.Dispose();
    }

    private ReadOnlyMemory<byte> Output() => output.GetBuffer().AsMemory(0, (int)output.Length);

    private static CompressionStream NewZstd(Stream output)
    {
        var stream = new CompressionStream(output, ZstdLevel, leaveOpen: true);
        stream.SetParameter(ZSTD_cParameter.ZSTD_c_windowLog, ZstdWindowBits);
        // A checksum of the whole would have to be made again where a last line is added to what is kept.
        stream.SetParameter(ZSTD_cParameter.ZSTD_c_checksumFlag, 0);
        return stream;
    }
}
