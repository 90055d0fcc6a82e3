using System.Net;

namespace Tideway.ObjectStorage.Tests.Http;

/// <summary>Breaks the body of each answer to a GET after some bytes, as a connection that is cut.</summary>
internal sealed class BreakingHandler(int everyBytes) : DelegatingHandler(new SocketsHttpHandler())
{
    private int breaks;

    public int Breaks => breaks;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken);
        if (request.Method != HttpMethod.Get || response.Content.Headers.ContentType?.MediaType == "application/xml")
            return response;
        var broken = new StreamContent(
            new BrokenStream(await response.Content.ReadAsStreamAsync(cancellationToken), everyBytes, () => Interlocked.Increment(ref breaks))
        );
        foreach (var (name, values) in response.Content.Headers)
            broken.Headers.TryAddWithoutValidation(name, values);
        response.Content = broken;
        return response;
    }

    private sealed class BrokenStream(Stream inner, int left, Action onBreak) : Stream
    {
        private int left = left;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (left == 0)
            {
                onBreak();
                throw new HttpIOException(HttpRequestError.ResponseEnded, "The connection was cut.");
            }

            var read = await inner.ReadAsync(buffer[..Math.Min(buffer.Length, left)], cancellationToken);
            left -= read;
            return read;
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush() { }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}

/// <summary>Refuses some requests, until it is over.</summary>
internal sealed class RefusingHandler(Func<HttpRequestMessage, bool> refuses) : DelegatingHandler(new SocketsHttpHandler())
{
    public bool IsOver { get; set; }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        !IsOver && refuses(request) ? Task.FromResult(new HttpResponseMessage(HttpStatusCode.BadRequest)) : base.SendAsync(request, cancellationToken);
}

/// <summary>Answers some requests itself, with an error of the store.</summary>
internal sealed class AnsweringHandler(Func<HttpRequestMessage, (HttpStatusCode Status, string Code)?> answer) : DelegatingHandler(new SocketsHttpHandler())
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        answer(request) is var (status, code)
            ? Task.FromResult(new HttpResponseMessage(status) { Content = new StringContent($"<Error><Code>{code}</Code><Message>No.</Message></Error>") })
            : base.SendAsync(request, cancellationToken);
}

/// <summary>Has a request done and loses its answer, once.</summary>
internal sealed class LosingHandler(Func<HttpRequestMessage, bool> loses) : DelegatingHandler(new SocketsHttpHandler())
{
    public int Lost { get; private set; }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken);
        if (Lost > 0 || !loses(request))
            return response;
        Lost++;
        response.Dispose();
        throw new HttpRequestException(HttpRequestError.ResponseEnded, "The connection was cut.");
    }
}

/// <summary>Keeps the queries that were asked.</summary>
internal sealed class CountingHandler() : DelegatingHandler(new SocketsHttpHandler())
{
    public List<string> Asked { get; } = [];

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Asked.Add(request.RequestUri!.Query);
        return base.SendAsync(request, cancellationToken);
    }
}

/// <summary>Answers from a list, and keeps what was asked.</summary>
internal sealed class ScriptedHandler(params Func<HttpRequestMessage, HttpResponseMessage>[] answers) : HttpMessageHandler
{
    public List<(HttpRequestMessage Request, string Body)> Asked { get; } = [];

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Asked.Add((request, request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken)));
        return answers[Math.Min(Asked.Count, answers.Length) - 1](request);
    }
}

/// <summary>A content that fails in its middle.</summary>
internal sealed class FailingSource(int after) : MemoryStream(new byte[after])
{
    public override bool CanSeek => false;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        await base.ReadAsync(buffer, cancellationToken) is var read && read == 0 ? throw new InvalidDataException("The source is damaged.") : read;
}
