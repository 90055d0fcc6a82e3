using System.Collections.Concurrent;

namespace Tideway.InboundSync.Runs;

/// <summary>How far a run is. Written by the downloads, read by the heartbeat; thread-safe.</summary>
public sealed class RunProgress
{
    private const int RequestIdsKept = 100;

    private readonly ConcurrentQueue<string> requestIds = new();
    private long filesTotal;
    private long filesDone;
    private long filesFetched;
    private long bytesTotal;
    private long bytesDone;
    private long bytesFetched;

    public long FilesTotal => Interlocked.Read(ref filesTotal);

    public long FilesDone => Interlocked.Read(ref filesDone);

    public long BytesTotal => Interlocked.Read(ref bytesTotal);

    public long BytesDone => Interlocked.Read(ref bytesDone);

    /// <summary>Files that came from the provider in this run; the others were here already.</summary>
    public long FilesFetched => Interlocked.Read(ref filesFetched);

    /// <summary>Bytes that came from the provider in this run.</summary>
    public long BytesFetched => Interlocked.Read(ref bytesFetched);

    /// <summary>Request ids of the exchange, the first hundred.</summary>
    public IReadOnlyList<string> RequestIds => [.. requestIds];

    /// <summary>More files are wanted.</summary>
    public void Expect(long files, long bytes)
    {
        Interlocked.Add(ref filesTotal, files);
        Interlocked.Add(ref bytesTotal, bytes);
    }

    /// <summary>Part of a file came; less than nothing where a file is begun again.</summary>
    public void Received(long bytes)
    {
        Interlocked.Add(ref bytesDone, bytes);
        Interlocked.Add(ref bytesFetched, bytes);
    }

    /// <summary>A deletion vector came. It is none of the files that are counted, but comes from the provider as they do.</summary>
    public void VectorFetched(long bytes) => Interlocked.Add(ref bytesFetched, bytes);

    /// <summary>A file is here that came from the provider.</summary>
    public void Fetched()
    {
        Interlocked.Increment(ref filesDone);
        Interlocked.Increment(ref filesFetched);
    }

    /// <summary>A file was here already.</summary>
    public void Found(long bytes)
    {
        Interlocked.Add(ref bytesDone, bytes);
        Interlocked.Increment(ref filesDone);
    }

    /// <summary>The list of files is asked for anew: what is here is counted again with it.</summary>
    public void Restart()
    {
        Interlocked.Exchange(ref filesTotal, 0);
        Interlocked.Exchange(ref bytesTotal, 0);
        Interlocked.Exchange(ref filesDone, 0);
        Interlocked.Exchange(ref bytesDone, 0);
    }

    public void Answered(string? requestId)
    {
        if (requestId is not null && requestIds.Count < RequestIdsKept)
            requestIds.Enqueue(requestId);
    }
}
