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

    private readonly HttpContext context;
    private readonly PortionEncoder? encoder;

    private AnswerBody(HttpContext context, ContentCoding coding)
    {
        this.context = context;
        Coding = coding;
        if (coding != ContentCoding.Identity)
            encoder = new PortionEncoder(coding);
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

    /// <summary>Begins an answer whose length is not known. Its headers are set, and nothing has left.</summary>
    public static AnswerBody Begin(HttpContext context, ContentCoding coding)
    {
        WriteHeaders(context.Response, coding);
        return new AnswerBody(context, coding);
    }

    /// <summary>Sends a whole answer, with its length.</summary>
    public static async Task SendAsync(HttpContext context, ReadOnlyMemory<byte> whole, ContentCoding coding)
    {
        WriteHeaders(context.Response, coding);
        var bytes = coding == ContentCoding.Identity ? whole : PortionEncoder.Encode(coding, whole.Span);
        context.Response.ContentLength = bytes.Length;
        await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
    }

    /// <summary>Sends a portion, so that the caller can read all of it when it arrives.</summary>
    public ValueTask SendAsync(ReadOnlyMemory<byte> portion, CancellationToken cancellationToken) =>
        PassAsync(encoder is null ? portion : encoder.Encode(portion.Span), cancellationToken);

    /// <summary>Sends what marks the end. Not called for an answer that broke off.</summary>
    public ValueTask EndAsync(CancellationToken cancellationToken) => encoder is null ? ValueTask.CompletedTask : PassAsync(encoder.End(), cancellationToken);

    public void Dispose() => encoder?.Dispose();

    private async ValueTask PassAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
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
