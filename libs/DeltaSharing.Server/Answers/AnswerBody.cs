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

    private const int Portion = 64 * 1024;

    private readonly HttpContext context;
    private readonly PortionEncoder? encoder;

    private AnswerBody(HttpContext context, ContentCoding coding, bool keepsAll)
    {
        this.context = context;
        Coding = coding;
        if (coding != ContentCoding.Identity)
            encoder = new PortionEncoder(coding, keepsAll);
    }

    /// <summary>How the bytes are encoded.</summary>
    public ContentCoding Coding { get; }

    /// <summary>How an answer is to be encoded of which this many bytes are known at its beginning. That there is a way, the pipeline has seen to.</summary>
    public static ContentCoding Choose(HttpContext context, long length)
    {
        var accepted = AcceptedCodings.Of(context.Request);
        var isOn = context.RequestServices.GetService<IOptions<AnswerOptions>>()?.Value.Compress ?? true;
        return accepted.TakesIdentity && (length < LeastEncoded || !isOn) ? ContentCoding.Identity : accepted.Preferred;
    }

    /// <summary>Begins an answer whose length is not known, and keeps what becomes of it where that is asked for. Its headers are set, and nothing has left.</summary>
    public static AnswerBody Begin(HttpContext context, ContentCoding coding, bool keepsAll = false)
    {
        WriteHeaders(context.Response, coding);
        return new AnswerBody(context, coding, keepsAll);
    }

    /// <summary>Sends a whole answer, with its length.</summary>
    public static async Task SendAsync(HttpContext context, ReadOnlyMemory<byte> whole, ContentCoding coding)
    {
        WriteHeaders(context.Response, coding);
        var bytes = coding == ContentCoding.Identity ? whole : PortionEncoder.Encode(coding, whole.Span);
        context.Response.ContentLength = bytes.Length;
        await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
    }

    /// <summary>Sends an answer that was encoded before and ends with <paramref name="tail"/>, with its length.</summary>
    public static async Task SendAsync(HttpContext context, EncodedLines kept, ReadOnlyMemory<byte> tail, CancellationToken cancellationToken)
    {
        WriteHeaders(context.Response, kept.Coding);
        var end = kept.Close(tail.Span);
        context.Response.ContentLength = kept.Bytes.Length + end.Length;
        // Not all at once: a client that does not read is to hold little.
        for (var rest = kept.Bytes.AsMemory(); rest.Length > 0; rest = rest[Math.Min(rest.Length, Portion)..])
            await PassAsync(context, rest[..Math.Min(rest.Length, Portion)], cancellationToken);
        await PassAsync(context, end, cancellationToken);
    }

    /// <summary>Sends a portion, so that the caller can read all of it when it arrives.</summary>
    public ValueTask SendAsync(ReadOnlyMemory<byte> portion, CancellationToken cancellationToken) =>
        PassAsync(context, encoder is null ? portion : encoder.Encode(portion.Span), cancellationToken);

    /// <summary>Sends what marks the end. Not called for an answer that broke off.</summary>
    public ValueTask EndAsync(CancellationToken cancellationToken) =>
        encoder is null ? ValueTask.CompletedTask : PassAsync(context, encoder.End(), cancellationToken);

    /// <summary>All that was sent, where it is kept. What ends the answer is then sent by <see cref="CloseAsync"/>.</summary>
    public EncodedLines? Take(byte[] head) => encoder?.Take(head);

    /// <summary>Ends an answer that <see cref="Take"/> gave, with <paramref name="tail"/>.</summary>
    public ValueTask CloseAsync(EncodedLines taken, ReadOnlyMemory<byte> tail, CancellationToken cancellationToken) =>
        PassAsync(context, taken.Close(tail.Span), cancellationToken);

    public void Dispose() => encoder?.Dispose();

    private static async ValueTask PassAsync(HttpContext context, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        var result = await context.Response.BodyWriter.WriteAsync(bytes, cancellationToken);
        if (result.IsCompleted || result.IsCanceled)
            throw new ReaderGoneException();
    }

    private static void WriteHeaders(HttpResponse response, ContentCoding coding)
    {
        response.Headers.Append(HeaderNames.Vary, HeaderNames.AcceptEncoding);
        if (coding != ContentCoding.Identity)
            response.Headers.ContentEncoding = coding.ToHeader();
    }
}
