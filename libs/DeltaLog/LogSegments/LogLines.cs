using System.Buffers;
using System.Runtime.CompilerServices;
using Tideway.ObjectStorage;

namespace Tideway.DeltaLog.LogSegments;

/// <summary>
/// The lines of a file of the log, one after another: no more of the file is in memory than its longest line, which is bounded.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#delta-log-entries">Delta Log Entries</see>.
/// </summary>
internal static class LogLines
{
    /// <summary>No line may be longer.</summary>
    public const int MaxBytes = 128 << 20;

    private const int FirstBytes = 1 << 16;

    /// <summary>
    /// Each line that is not blank with its number, valid until the next is asked for. A longer line, or a file without any bytes, is
    /// <see cref="DeltaLogError.CorruptLog"/>.
    /// </summary>
    public static async IAsyncEnumerable<(int Number, ReadOnlyMemory<byte> Text)> ReadAsync(
        IObjectStore store,
        string key,
        long version,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var content = await store.OpenReadAsync(key, cancellationToken: cancellationToken).ConfigureAwait(false);
        await using (content.ConfigureAwait(false))
        {
            var buffer = ArrayPool<byte>.Shared.Rent(FirstBytes);
            try
            {
                var (filled, searched, number, isEmpty, isEnd) = (0, 0, 1, true, false);
                while (!isEnd)
                {
                    if (filled == buffer.Length)
                        buffer = Grow(buffer, filled);
                    var read = await content.ReadAsync(buffer.AsMemory(filled), cancellationToken).ConfigureAwait(false);
                    filled += read;
                    isEmpty &= read == 0;
                    isEnd = read == 0;
                    var start = 0;
                    for (; start < filled; number++)
                    {
                        var length = buffer.AsSpan(searched, filled - searched).IndexOf((byte)'\n');
                        var end = length >= 0 ? searched + length : filled;
                        if (end - start > MaxBytes)
                            throw Corrupt(store, key, version, $"Line {number} of '{key}' (version {version}) is longer than {MaxBytes} bytes.");
                        searched = end;
                        if (length < 0 && !isEnd)
                            break;
                        var text = Trim(buffer.AsMemory(start, end - start));
                        start = searched = Math.Min(end + 1, filled);
                        if (!text.IsEmpty)
                            yield return (number, text);
                    }

                    buffer.AsSpan(start, filled - start).CopyTo(buffer);
                    (filled, searched) = (filled - start, searched - start);
                }

                if (isEmpty)
                    throw Corrupt(store, key, version, $"Expected actions in '{key}' (version {version}), found an empty file.");
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }

    public static DeltaLogException Corrupt(IObjectStore store, string key, long version, string message, Exception? cause = null) =>
        new(DeltaLogError.CorruptLog, message, cause)
        {
            TableRoot = store.Root,
            Version = version,
            File = key,
        };

    private static byte[] Grow(byte[] buffer, int filled)
    {
        var grown = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
        buffer.AsSpan(0, filled).CopyTo(grown);
        ArrayPool<byte>.Shared.Return(buffer);
        return grown;
    }

    private static ReadOnlyMemory<byte> Trim(ReadOnlyMemory<byte> line)
    {
        var text = line.Span.TrimEnd((byte)'\r');
        return text.Trim((byte)' ').IsEmpty ? default : line[..text.Length];
    }
}
