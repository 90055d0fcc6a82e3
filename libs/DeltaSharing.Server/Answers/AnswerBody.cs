using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using Tideway.DeltaSharing.Server.Serving;

namespace Tideway.DeltaSharing.Server.Answers;

/// <summary>The bytes of an answer on their way to the caller, encoded where it asks for that and it is worth it.</summary>
internal sealed class AnswerBody : IDisposable
{
    /// <summary>What fits a packet or so gains nothing from being encoded.</summary>
    public const int LeastEncoded = 1400;

    // The web server's own blocks have 4 KiB, and each costs as much as copying it. With room for what marks a chunk, an array of 64 KiB.
    private const int Block = (64 * 1024) - 64;

    private readonly HttpContext context;
    private readonly AnswerTurns? turns;
    private readonly bool linesAreReady;
    private readonly PortionEncoder? encoder;
    private AnswerTurns.Turn? turn;
    private bool hasSent;

    private AnswerBody(HttpContext context, ContentCoding coding, bool linesAreReady)
    {
        (this.context, this.linesAreReady) = (context, linesAreReady);
        turns = context.RequestServices.GetService<AnswerTurns>();
        Coding = coding;
    }

    private AnswerBody(HttpContext context, PortionEncoder encoder)
        : this(context, encoder.Coding, linesAreReady: false) => this.encoder = encoder;

    /// <summary>How the bytes are encoded.</summary>
    public ContentCoding Coding { get; }

    /// <summary>How an answer is to be encoded of which this many bytes are known at its beginning. That there is a way, the pipeline has seen to.</summary>
    public static ContentCoding Choose(HttpContext context, long length)
    {
        var accepted = AcceptedCodings.Of(context.Request);
        var isOn = context.RequestServices.GetService<IOptions<AnswerOptions>>()?.Value.Compress ?? true;
        return accepted.TakesIdentity && (length < LeastEncoded || !isOn) ? ContentCoding.Identity : accepted.Preferred;
    }

    /// <summary>Begins an answer whose length is not known. Its headers are set, and nothing has left.</summary>
    /// <param name="context">The exchange.</param>
    /// <param name="coding">How it is encoded.</param>
    /// <param name="linesAreReady">Whether its lines lie ready and only need to be sent.</param>
    /// <param name="mostKept">Up to how many bytes what it becomes is kept, where it is encoded; 0 where it is not.</param>
    public static AnswerBody Begin(HttpContext context, ContentCoding coding, bool linesAreReady = false, long mostKept = 0)
    {
        WriteHeaders(context.Response, coding);
        return coding == ContentCoding.Identity
            ? new AnswerBody(context, coding, linesAreReady)
            : new AnswerBody(context, new PortionEncoder(coding, mostKept));
    }

    /// <summary>Sends a whole answer, with its length; of it only the headers to who asks for no more.</summary>
    public static async Task SendAsync(HttpContext context, ReadOnlyMemory<byte> whole, ContentCoding coding)
    {
        WriteHeaders(context.Response, coding);
        var bytes = coding == ContentCoding.Identity ? whole : PortionEncoder.Encode(coding, whole.Span);
        context.Response.ContentLength = bytes.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
            await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
    }

    /// <summary>Sends the headers of an answer whose body is not made, for who asks for no more. How it would be encoded and how long it is depends on the body.</summary>
    public static void SendHeaders(HttpContext context) => WriteHeaders(context.Response, ContentCoding.Identity);

    /// <summary>Sends an answer that was encoded before and ends with <paramref name="tail"/>, with its length.</summary>
    public static async Task SendAsync(HttpContext context, EncodedLines kept, ReadOnlyMemory<byte> tail, CancellationToken cancellationToken)
    {
        WriteHeaders(context.Response, kept.Coding);
        var end = kept.Close(tail.Span);
        context.Response.ContentLength = kept.Bytes.Length + end.Length;
        using var body = new AnswerBody(context, kept.Coding, linesAreReady: true);
        // Not all at once: a client that does not read is to hold little.
        for (var rest = kept.Bytes.AsMemory(); rest.Length > 0; )
        {
            var portion = rest[..Math.Min(rest.Length, body.hasSent ? AnswerWriter.ReadyPortion : AnswerWriter.FirstPortion)];
            await body.PassAsync(portion, cancellationToken);
            rest = rest[portion.Length..];
        }

        await body.PassAsync(end, cancellationToken);
    }

    /// <summary>Sends a portion, so that the caller can read all of it when it arrives.</summary>
    public ValueTask SendAsync(ReadOnlyMemory<byte> portion, CancellationToken cancellationToken) =>
        PassAsync(encoder is null ? portion : encoder.Encode(portion.Span), cancellationToken);

    /// <summary>Sends what marks the end. Not called for an answer that broke off.</summary>
    public ValueTask EndAsync(CancellationToken cancellationToken) => encoder is null ? ValueTask.CompletedTask : PassAsync(encoder.End(), cancellationToken);

    /// <summary>All that was sent, where it is kept and not too long for that. What ends the answer is then sent by <see cref="CloseAsync"/>.</summary>
    public EncodedLines? Take(byte[] head) => encoder?.Take(head);

    /// <summary>Ends an answer that <see cref="Take"/> gave, with <paramref name="tail"/>.</summary>
    public ValueTask CloseAsync(EncodedLines taken, ReadOnlyMemory<byte> tail, CancellationToken cancellationToken) =>
        PassAsync(taken.Close(tail.Span), cancellationToken);

    public void Dispose()
    {
        turn?.Dispose();
        encoder?.Dispose();
    }

    private async ValueTask PassAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        if (hasSent && turn is null && turns is not null)
            turn = await turns.BeginAsync(linesAreReady, cancellationToken);
        hasSent = true;
        var result = await WriteAsync(bytes, cancellationToken);
        if (result.IsCompleted || result.IsCanceled)
            throw new ReaderGoneException();
        turn?.PortionHasLeft();
    }

    private ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        var writer = context.Response.BodyWriter;
        // Before the headers have left, the web server has no block to give.
        if (!context.Response.HasStarted)
            return writer.WriteAsync(bytes, cancellationToken);
        while (!bytes.IsEmpty)
        {
            var part = bytes[..Math.Min(bytes.Length, Block)];
            part.CopyTo(writer.GetMemory(part.Length));
            writer.Advance(part.Length);
            bytes = bytes[part.Length..];
        }

        return writer.FlushAsync(cancellationToken);
    }

    private static void WriteHeaders(HttpResponse response, ContentCoding coding)
    {
        response.Headers.Append(HeaderNames.Vary, HeaderNames.AcceptEncoding);
        if (coding != ContentCoding.Identity)
            response.Headers.ContentEncoding = coding.ToHeader();
    }
}
