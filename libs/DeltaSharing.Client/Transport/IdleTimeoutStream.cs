namespace Tideway.DeltaSharing.Client.Transport;

/// <summary>
/// Reads a stream and gives up where nothing comes for a while, or so little that it would never end. Failures of the network become
/// <see cref="DeltaSharingException"/>.
/// </summary>
internal sealed class IdleTimeoutStream(Stream inner, DeltaSharingClientOptions options, TimeProvider time, string source, string? requestId) : Stream
{
    private readonly TimeSpan timeout = options.IdleTimeout;
    private TimeSpan waited;
    private long received;
    private CancellationTokenSource timer = new(Timeout.InfiniteTimeSpan, time);

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
        if (!timer.TryReset())
        {
            timer.Dispose();
            timer = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        }

        timer.CancelAfter(timeout);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timer.Token);
        try
        {
            var began = time.GetTimestamp();
            var read = await inner.ReadAsync(buffer, either.Token).ConfigureAwait(false);
            Count(read, time.GetElapsedTime(began));
            return read;
        }
        catch (Exception exception)
            when (exception is not DeltaSharingException
                && !cancellationToken.IsCancellationRequested
                && (timer.IsCancellationRequested || exception is OperationCanceledException)
            )
        {
            throw new DeltaSharingException(DeltaSharingError.Timeout, $"Expected more from {source}, got nothing for {timeout}.", exception)
            {
                RequestId = requestId,
                IsTransient = true,
            };
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException)
        {
            throw new DeltaSharingException(DeltaSharingError.ConnectionBroken, $"The answer of {source} broke off: {exception.Message}", exception)
            {
                RequestId = requestId,
                IsTransient = true,
            };
        }
    }

    private void Count(int read, TimeSpan wait)
    {
        waited += wait;
        received += read;
        if (waited < options.SlowWindow || read == 0)
            return;
        if (received < options.MinBytesPerSecond * waited.TotalSeconds)
            throw new DeltaSharingException(
                DeltaSharingError.Timeout,
                $"Expected at least {options.MinBytesPerSecond} bytes per second from {source}, got {received} bytes in {waited}."
            )
            {
                RequestId = requestId,
                IsTransient = true,
            };
        (waited, received) = (TimeSpan.Zero, 0);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Read asynchronously.");

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        timer.Dispose();
        await inner.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            timer.Dispose();
            inner.Dispose();
        }

        base.Dispose(disposing);
    }
}
