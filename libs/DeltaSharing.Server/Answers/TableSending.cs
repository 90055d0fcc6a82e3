using Microsoft.AspNetCore.Http;
using Tideway.DeltaSharing.Protocol;
using Tideway.DeltaSharing.Server.Exchange;

namespace Tideway.DeltaSharing.Server.Answers;

/// <summary>
/// Sends a <see cref="TableAnswer"/>. The record is durable and the headers are set before the first byte leaves, not before it is sure that there will be one.
/// </summary>
internal sealed class TableSending(TableAnswer answer, HttpContext context, ProtocolExchange exchange) : IDisposable
{
    private AnswerBody? body;
    private byte[] head = [];

    /// <summary>Whether what the answer becomes is kept.</summary>
    public bool KeepsAll { get; set; }

    /// <summary>What an answer with these first lines became before; where there is nothing, it is kept from now on.</summary>
    public EncodedLines? FindKept(ReadOnlySpan<byte> first)
    {
        if (answer.Kept is not { } kept)
            return null;
        // Of lines that are still to be made it is not known how long they are.
        var coding = AnswerBody.Choose(context, kept.Lines.IsEmpty ? long.MaxValue : first.Length + kept.Lines.Length);
        if (coding == ContentCoding.Identity)
            return null;
        if (kept.Find(coding, first) is { } found)
            return found;
        KeepsAll = true;
        head = first.ToArray();
        return null;
    }

    /// <summary>Sends the headers and no lines.</summary>
    public async Task SendHeadersAsync()
    {
        await BeginAsync();
        AnswerBody.SendHeaders(context);
    }

    /// <summary>Sends a portion of the lines.</summary>
    public async ValueTask SendAsync(ReadOnlyMemory<byte> portion, CancellationToken cancellationToken)
    {
        if (body is null)
        {
            await BeginAsync();
            // A first portion that is not full is the whole answer.
            var mostKept = KeepsAll ? answer.Kept!.MostBytes : 0;
            body = AnswerBody.Begin(context, AnswerBody.Choose(context, portion.Length), answer.BodyLength is not null, mostKept);
            if (body.Coding != ContentCoding.Identity)
                context.Response.ContentLength = null;
        }

        await body.SendAsync(portion, cancellationToken);
    }

    /// <summary>Sends the whole answer from what it became before, with its last line.</summary>
    public async Task SendKeptAsync(EncodedLines kept, ReadOnlyMemory<byte> tail, CancellationToken cancellationToken)
    {
        await BeginAsync();
        await AnswerBody.SendAsync(context, kept, tail, cancellationToken);
    }

    /// <summary>Sends what was gathered last, and the end.</summary>
    public async Task EndAsync(AnswerWriter writer, CancellationToken cancellationToken)
    {
        if (KeepsAll && body?.Take(head) is { } made)
        {
            answer.Kept!.Keep(made);
            await body.CloseAsync(made, writer.Gathered, cancellationToken);
            return;
        }

        await writer.FlushAsync(cancellationToken);
        if (body is not null)
            await body.EndAsync(cancellationToken);
    }

    public void Dispose() => body?.Dispose();

    private async Task BeginAsync()
    {
        if (!exchange.IsSettled)
            await exchange.RecordAsync(StatusCodes.Status200OK);
        answer.WriteHeaders(context.Response.Headers);
        context.Response.ContentType = HeaderNames.Ndjson;
    }
}
