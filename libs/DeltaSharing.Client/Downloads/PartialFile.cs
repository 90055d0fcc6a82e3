using System.Net.Http.Headers;

namespace Tideway.DeltaSharing.Client.Downloads;

/// <summary>A local file that is still being filled. Disposing removes it unless it was completed.</summary>
internal sealed class PartialFile : IAsyncDisposable
{
    private readonly string destination;
    private readonly FileStream stream;
    private bool isComplete;

    private PartialFile(string destination, FileStream stream)
    {
        this.destination = destination;
        this.stream = stream;
    }

    public long Length { get; private set; }

    public EntityTagHeaderValue? EntityTag { get; set; }

    public static PartialFile Create(string destination)
    {
        try
        {
            var options = new FileStreamOptions
            {
                Mode = FileMode.Create,
                Access = FileAccess.Write,
                Options = FileOptions.Asynchronous,
                BufferSize = 0,
            };
            return new PartialFile(destination, new FileStream(destination + ".part", options));
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
        }
        catch (Exception exception) when (IsLocal(exception))
        {
            throw Failure(destination, exception);
        }
    }

    public void Restart() =>
        Attempt(() =>
        {
            stream.SetLength(0);
            stream.Position = 0;
            Length = 0;
        });

    public void Complete() =>
        Attempt(() =>
        {
            RandomAccess.FlushToDisk(stream.SafeFileHandle);
            stream.Dispose();
            File.Move(stream.Name, destination, overwrite: true);
            isComplete = true;
        });

    public async ValueTask DisposeAsync()
    {
        await stream.DisposeAsync().ConfigureAwait(false);
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
