using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Tideway.DeltaSharing.Protocol.Lines;

namespace Tideway.DeltaSharing.Server.Answers;

/// <summary>
/// Gathers the lines of an answer as UTF-8 in one pooled buffer and hands them on in portions: a small one first, so that the client has something to
/// do at once, then larger ones. What was not handed on can still be taken back. Not for several threads.
/// </summary>
public sealed class AnswerWriter : IBufferWriter<byte>, IDisposable
{
    /// <summary>How much is gathered before the first portion leaves.</summary>
    public const int FirstPortion = 16 * 1024;

    /// <summary>How much is gathered before any other leaves.</summary>
    public const int Portion = 64 * 1024;

    /// <summary>How much of lines that lie ready leaves at once: they need not be gathered, and fewer portions take less time.</summary>
    internal const int ReadyPortion = 256 * 1024;

    private static readonly JsonWriterOptions JsonOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> send;
    private readonly Utf8JsonWriter json;
    private byte[] buffer = ArrayPool<byte>.Shared.Rent(Portion + (16 * 1024));
    private int length;
    private int lineStart;
    private bool hasSent;

    /// <param name="send">Hands a portion on; it may be used again once that has completed.</param>
    public AnswerWriter(Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> send)
    {
        ArgumentNullException.ThrowIfNull(send);
        this.send = send;
        json = new Utf8JsonWriter(this, JsonOptions);
    }

    /// <summary>How many bytes were written so far, those that were not handed on included.</summary>
    public long BytesWritten { get; private set; }

    /// <summary>What was written and not handed on.</summary>
    internal ReadOnlyMemory<byte> Gathered => buffer.AsMemory(0, length);

    /// <summary>Writes a line that leaves with those after it, however long it is.</summary>
    public void Write(SharingLine line)
    {
        ArgumentNullException.ThrowIfNull(line);
        json.Reset();
        line.Write(json);
        json.Flush();
        EndLine();
    }

    /// <summary>Writes a line.</summary>
    public ValueTask WriteAsync(SharingLine line, CancellationToken cancellationToken)
    {
        Write(line);
        return SendPortionAsync(cancellationToken);
    }

    /// <summary>Ends a line that was written byte by byte, and hands on what was gathered where that is a portion.</summary>
    public ValueTask EndLineAsync(CancellationToken cancellationToken)
    {
        EndLine();
        return SendPortionAsync(cancellationToken);
    }

    /// <summary>Writes whole lines that are kept elsewhere.</summary>
    public async ValueTask WriteLinesAsync(ReadOnlyMemory<byte> lines, CancellationToken cancellationToken)
    {
        while (!lines.IsEmpty)
        {
            if (length == 0 && hasSent && lines.Length >= Portion)
            {
                // No need to gather what lies together already.
                var ready = lines[..Math.Min(ReadyPortion, lines.Length)];
                lines = lines[ready.Length..];
                BytesWritten += ready.Length;
                await send(ready, cancellationToken);
                continue;
            }

            var part = lines[..Math.Min(Math.Max(0, (hasSent ? Portion : FirstPortion) - length), lines.Length)];
            lines = lines[part.Length..];
            part.Span.CopyTo(GetSpan(part.Length));
            Advance(part.Length);
            lineStart = length;
            if (length >= (hasSent ? Portion : FirstPortion))
                await FlushAsync(cancellationToken);
        }
    }

    /// <summary>Hands on what was gathered.</summary>
    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        if (length == 0)
            return;
        var portion = buffer.AsMemory(0, length);
        length = lineStart = 0;
        hasSent = true;
        await send(portion, cancellationToken);
    }

    /// <summary>Takes back what was written of a line that has not ended.</summary>
    public void DropLine()
    {
        BytesWritten -= length - lineStart;
        length = lineStart;
    }

    /// <summary>Takes back whatever was not handed on.</summary>
    internal void DropGathered()
    {
        BytesWritten -= length;
        length = lineStart = 0;
    }

    /// <inheritdoc />
    public void Advance(int count)
    {
        length += count;
        BytesWritten += count;
    }

    /// <inheritdoc />
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return buffer.AsMemory(length);
    }

    /// <inheritdoc />
    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return buffer.AsSpan(length);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        json.Dispose();
        if (buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(buffer);
        buffer = [];
    }

    private void EndLine()
    {
        GetSpan(1)[0] = (byte)'\n';
        Advance(1);
        lineStart = length;
    }

    private ValueTask SendPortionAsync(CancellationToken cancellationToken) =>
        length >= (hasSent ? Portion : FirstPortion) ? FlushAsync(cancellationToken) : ValueTask.CompletedTask;

    private void Reserve(int size)
    {
        if (buffer.Length - length >= Math.Max(size, 1))
            return;
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(length + size, buffer.Length * 2));
        buffer.AsSpan(0, length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = larger;
    }
}
