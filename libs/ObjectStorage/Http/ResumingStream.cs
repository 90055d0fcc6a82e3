using System.Net;

namespace Tideway.ObjectStorage.Http;

/// <summary>
/// The content of an object as it comes. Where the connection breaks or falls silent, the rest is asked for from where it stands, as long as the object
/// is still the same one.
/// </summary>
internal sealed class ResumingStream : Stream
{
    private const int MaxBreaksWithoutProgress = 4;
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(30);

    private readonly Func<long, CancellationToken, Task<HttpResponseMessage>> openFromAsync;
    private readonly string address;
    private readonly long length;
    private HttpResponseMessage response;
    private Stream? body;
    private long position;
    private int breaks;

    /// <param name="response">The first answer, whose body starts at the content's beginning.</param>
    /// <param name="openFromAsync">Asks for the content from an offset relative to its beginning on; answers 206, or throws.</param>
    /// <param name="address">The object, for messages.</param>
    public ResumingStream(HttpResponseMessage response, Func<long, CancellationToken, Task<HttpResponseMessage>> openFromAsync, string address)
    {
        this.response = response;
        this.openFromAsync = openFromAsync;
        this.address = address;
        length = response.Content.Headers.ContentLength ?? -1;
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => length >= 0 ? length : throw new NotSupportedException();

    public override long Position
    {
        get => position;
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty || position == length)
            return 0;
        while (true)
        {
            using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            silence.CancelAfter(Silence);
            try
            {
                body ??= await response.Content.ReadAsStreamAsync(silence.Token).ConfigureAwait(false);
                var read = await body.ReadAsync(buffer, silence.Token).ConfigureAwait(false);
                if (read == 0 && length >= 0 && position < length)
                    throw new IOException($"the content ended after {position} of {length} bytes.");
                position += read;
                if (read > 0)
                    breaks = 0;
                return read;
            }
            catch (Exception exception) when (StoreHttp.IsBreak(exception) && !cancellationToken.IsCancellationRequested)
            {
                if (++breaks > MaxBreaksWithoutProgress)
                    throw StoreFailure.Unreachable("read", address, exception);
            }

            await ResumeAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    // Readers of this library are asynchronous; for others the wait happens on a thread of the pool.
    public override int Read(byte[] buffer, int offset, int count) =>
        Task.Run(() => ReadAsync(buffer.AsMemory(offset, count)).AsTask()).GetAwaiter().GetResult();

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            body?.Dispose();
            response.Dispose();
        }

        base.Dispose(disposing);
    }

    private async Task ResumeAsync(CancellationToken cancellationToken)
    {
        body?.Dispose();
        body = null;
        response.Dispose();
        response = await openFromAsync(position, cancellationToken).ConfigureAwait(false);
        if (response.StatusCode != HttpStatusCode.PartialContent && !(position == 0 && response.StatusCode == HttpStatusCode.OK))
            throw new ObjectStorageException(
                ObjectStorageError.Unavailable,
                $"Could not read '{address}' on from byte {position} after a break: expected 206, the store answered {(int)response.StatusCode}."
            );
    }
}
