using System.IO.Pipelines;
using System.Text.Json;

namespace Tideway.DeltaSharing.Protocol.Lines;

/// <summary>Writes lines to a pipe, such as a response's body, one JSON object a line, and hands them on in portions. Not for several threads.</summary>
/// <param name="output">Where the lines go; it stays open.</param>
/// <param name="portionBytes">How many bytes are gathered before they are handed on.</param>
public sealed class NdjsonWriter(PipeWriter output, int portionBytes = 32 * 1024) : IDisposable
{
    private readonly Utf8JsonWriter json = new(output, WireJson.WriterOptions);
    private long handedOn;

    /// <summary>How many bytes were written so far.</summary>
    public long BytesWritten { get; private set; }

    /// <summary>How many lines were written so far.</summary>
    public long LinesWritten { get; private set; }

    /// <summary>Writes a line, and waits for the reader of the pipe where a portion is full.</summary>
    public ValueTask WriteAsync(SharingLine line, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(line);
        json.Reset();
        line.Write(json);
        json.Flush();
        output.GetSpan(1)[0] = (byte)'\n';
        output.Advance(1);
        BytesWritten += json.BytesCommitted + 1;
        LinesWritten++;
        return BytesWritten - handedOn < portionBytes ? ValueTask.CompletedTask : FlushAsync(cancellationToken);
    }

    /// <summary>Hands on what was gathered.</summary>
    /// <exception cref="OperationCanceledException">Nobody reads any more.</exception>
    public async ValueTask FlushAsync(CancellationToken cancellationToken = default)
    {
        handedOn = BytesWritten;
        var result = await output.FlushAsync(cancellationToken).ConfigureAwait(false);
        if (result.IsCompleted)
            throw new OperationCanceledException("The reader of the lines has gone.");
    }

    /// <inheritdoc/>
    public void Dispose() => json.Dispose();
}
