using System.Collections.Concurrent;

namespace Tideway.InboundSync.Runs;

/// <summary>How far a run is. Written by the downloads, read by the heartbeat; thread-safe.</summary>
public sealed class RunProgress
{
    private const int RequestIdsKept = 100;

    private readonly ConcurrentQueue<string> requestIds = new();
    private long filesTotal;
    private long filesDone;
    private long bytesTotal;
    private long bytesDone;

    public long FilesTotal => Interlocked.Read(ref filesTotal);

    public long FilesDone => Interlocked.Read(ref filesDone);

    public long BytesTotal => Interlocked.Read(ref bytesTotal);

    public long BytesDone => Interlocked.Read(ref bytesDone);

    /// <summary>Request ids of the exchange, the first hundred.</summary>
    public IReadOnlyList<string> RequestIds => [.. requestIds];

    public void Expect(long bytes)
    {
        Interlocked.Increment(ref filesTotal);
        Interlocked.Add(ref bytesTotal, bytes);
    }

    public void Received(long bytes) => Interlocked.Add(ref bytesDone, bytes);

    public void FileDone() => Interlocked.Increment(ref filesDone);

    public void Answered(string? requestId)
    {
        if (requestId is not null && requestIds.Count < RequestIdsKept)
            requestIds.Enqueue(requestId);
    }
}
