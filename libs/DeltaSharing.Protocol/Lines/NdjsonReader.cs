using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace Tideway.DeltaSharing.Protocol.Lines;

/// <summary>Reads lines from a stream as they come, one at a time.</summary>
public static class NdjsonReader
{
    /// <summary>The longest line that is taken unless told otherwise: a schema is one line.</summary>
    public const int DefaultMaxLineBytes = 16 * 1024 * 1024;

    /// <summary>The lines of <paramref name="stream"/> without those of unknown kinds. The stream stays open.</summary>
    /// <exception cref="SharingProtocolException">A line is malformed or too long, or the stream ends in the middle of one.</exception>
    public static async IAsyncEnumerable<SharingLine> ReadAsync(
        Stream stream,
        int maxLineBytes = DefaultMaxLineBytes,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        var reader = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: 64 * 1024, leaveOpen: true));
        var number = 0L;
        try
        {
            // How much of the buffer is known to hold no line break, so that a long line is not searched again and again.
            var searched = 0L;
            while (true)
            {
                var result = await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
                var buffer = result.Buffer;
                while (buffer.Slice(searched).PositionOf((byte)'\n') is { } end)
                {
                    searched = 0;
                    number++;
                    if (Parse(buffer.Slice(0, end), number, maxLineBytes, isWhole: true) is { } line)
                        yield return line;
                    buffer = buffer.Slice(buffer.GetPosition(1, end));
                }

                if (result.IsCompleted)
                {
                    if (Parse(buffer, number + 1, maxLineBytes, isWhole: false) is { } last)
                        yield return last;
                    break;
                }

                searched = buffer.Length;
                CheckLength(searched, number + 1, maxLineBytes);
                reader.AdvanceTo(buffer.Start, buffer.End);
            }
        }
        finally
        {
            await reader.CompleteAsync().ConfigureAwait(false);
        }
    }

    private static SharingLine? Parse(ReadOnlySequence<byte> line, long number, int maxLineBytes, bool isWhole)
    {
        CheckLength(line.Length, number, maxLineBytes);
        if (number == 1)
            line = WithoutMark(line);
        if (IsBlank(line))
            return null;
        try
        {
            return SharingLine.Parse(line);
        }
        catch (SharingProtocolException exception)
        {
            throw isWhole
                ? new SharingProtocolException(exception.Error, $"Line {number}: {exception.Message}", exception)
                : new SharingProtocolException(
                    SharingProtocolError.Truncated,
                    $"Line {number}: expected a whole line, got its first {line.Length} bytes: {exception.Message}",
                    exception
                );
        }
    }

    // A mark of the order of bytes, with which some servers begin, is no JSON.
    private static ReadOnlySequence<byte> WithoutMark(ReadOnlySequence<byte> line)
    {
        var reader = new SequenceReader<byte>(line);
        return reader.IsNext([0xef, 0xbb, 0xbf], advancePast: true) ? line.Slice(reader.Position) : line;
    }

    private static void CheckLength(long length, long number, int maxLineBytes)
    {
        if (length > maxLineBytes)
            throw new SharingProtocolException(
                SharingProtocolError.LineTooLong,
                $"Line {number}: expected at most {maxLineBytes} bytes, got {length} or more."
            );
    }

    private static bool IsBlank(ReadOnlySequence<byte> line)
    {
        foreach (var piece in line)
        {
            if (piece.Span.ContainsAnyExcept(" \t\r"u8))
                return false;
        }

        return true;
    }
}
