using System.Net.Http.Headers;

namespace Tideway.DeltaSharing.Client.Downloads;

/// <summary>A local file that is still being filled. Disposing removes it unless it was completed.</summary>
internal sealed class PartialFile : IAsyncDisposable
{
    // Often enough that little is left to do at the end, seldom enough that the file system's own bookkeeping does not count.
    private const long BytesPerFlush = 16 * 1024 * 1024;

    private readonly string destination;
    private readonly FileStream stream;
    private readonly bool flushes;
    private Task flushing = Task.CompletedTask;
    private long flushedLength;
    private bool isComplete;
    private RunningChecksum? checksum;

    private PartialFile(string destination, FileStream stream, bool flushes)
    {
        this.destination = destination;
        this.stream = stream;
        this.flushes = flushes;
    }

    public long Length { get; private set; }

    /// <summary>How long it is once it is whole, as far as that is known.</summary>
    public long? WholeLength { get; set; }

    public EntityTagHeaderValue? EntityTag { get; set; }

    /// <summary>Has what comes from here on counted into a checksum; only while nothing is there yet.</summary>
    public void Verify(ToldChecksum? told)
    {
        checksum?.Dispose();
        checksum = told is null ? null : new RunningChecksum(told);
    }

    /// <summary>
    /// What is wrong with the file now that all of it is there; then it is empty again. <see langword="null"/> where nothing is, or nothing was told to verify
    /// it by.
    /// </summary>
    public DeltaSharingException? FindFault()
    {
        var fault = checksum?.FindFault();
        if (fault is not null)
            Restart();
        return fault;
    }

    public static PartialFile Create(string destination, bool flushes)
    {
        try
        {
            var part = destination + ".part";
            // FileMode.Create cuts what it opens; see Empty.
            File.Delete(part);
            var options = new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                Options = FileOptions.Asynchronous,
                BufferSize = 0,
            };
            return new PartialFile(destination, new FileStream(part, options), flushes);
        }
        catch (Exception exception) when (IsLocal(exception))
        {
            throw Failure(destination, exception);
        }
    }

    public async Task AppendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        try
        {
            await stream.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
            Length += bytes.Length;
            checksum?.Append(bytes.Span);
            FlushBehind();
        }
        catch (Exception exception) when (IsLocal(exception))
        {
            throw Failure(destination, exception);
        }
    }

    public void Restart() =>
        Attempt(() =>
        {
            Empty();
            Length = 0;
            flushedLength = 0;
            EntityTag = null;
            Verify(null);
        });

    /// <summary>Gives the file its name, once all of it is on the disk where it is flushed.</summary>
    public async Task CompleteAsync()
    {
        try
        {
            await flushing.ConfigureAwait(false);
        }
        catch (Exception exception) when (IsLocal(exception))
        {
            // The system tells of a failed write once only, so that the flush below would know nothing of it.
            throw Failure(destination, exception);
        }

        Attempt(() =>
        {
            if (flushes)
                RandomAccess.FlushToDisk(stream.SafeFileHandle);
            stream.Dispose();
            File.Move(stream.Name, destination, overwrite: true);
            isComplete = true;
        });
    }

    public async ValueTask DisposeAsync()
    {
        // Its outcome was looked at where it mattered; what is removed need not be on the disk.
        await flushing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await stream.DisposeAsync().ConfigureAwait(false);
        checksum?.Dispose();
        if (isComplete)
            return;
        try
        {
            File.Delete(stream.Name);
        }
        catch (Exception exception) when (IsLocal(exception))
        {
            // Why the download failed says more than that its remains could not be removed; the next one overwrites them.
        }
    }

    /// <summary>Has the disk write while more arrives: all at the end, it would have nothing to do first and everybody would wait for it then.</summary>
    private void FlushBehind()
    {
        // A flush that failed stays where it is until the end, which tells of it.
        if (!flushes || Length - flushedLength < BytesPerFlush || !flushing.IsCompletedSuccessfully)
            return;
        flushedLength = Length;
        flushing = Task.Run(() => RandomAccess.FlushToDisk(stream.SafeFileHandle));
    }

    // A file that is cut to nothing, even one that is empty, ext4 takes for one that replaces another: when it is closed, whoever closes it waits until the disk
    // is given all of it.
    private void Empty()
    {
        if (stream.Position == 0)
            return;
        stream.SetLength(0);
        stream.Position = 0;
    }

    private void Attempt(Action work)
    {
        try
        {
            work();
        }
        catch (Exception exception) when (IsLocal(exception))
        {
            throw Failure(destination, exception);
        }
    }

    private static bool IsLocal(Exception exception) => exception is IOException or UnauthorizedAccessException;

    private static DeltaSharingException Failure(string destination, Exception exception) =>
        new(DeltaSharingError.LocalStorage, $"Could not write {destination}: {exception.Message}", exception);
}
