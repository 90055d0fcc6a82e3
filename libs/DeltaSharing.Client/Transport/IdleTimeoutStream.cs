namespace Tideway.DeltaSharing.Client.Transport;

/// <summary>
/// Reads a stream and gives up where nothing comes for a while, or so little that it would never end. Failures of the network become
/// <see cref="DeltaSharingException"/>.
/// </summary>
internal sealed class IdleTimeoutStream(Stream inner, DeltaSharingClientOptions options, TimeProvider time, string source, string? requestId)
    : ReceivedStream(inner)
{
    private readonly TimeSpan timeout = options.IdleTimeout;
    private TimeSpan waited;
    private long received;
    private CancellationTokenSource timer = new(Timeout.InfiniteTimeSpan, time);

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
            var read = await Inner.ReadAsync(buffer, either.Token).ConfigureAwait(false);
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

    public override async ValueTask DisposeAsync()
    {
        timer.Dispose();
        await base.DisposeAsync().ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            timer.Dispose();
        base.Dispose(disposing);
    }
}
