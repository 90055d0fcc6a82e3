using System.Buffers;

namespace Tideway.ObjectStorage.Local;

/// <summary>A file on its way to its name: written under a temporary one, flushed, then named in one step. Disposing removes what was not named.</summary>
internal sealed class PendingFile : IAsyncDisposable
{
    private readonly string path;
    private readonly string folder;
    private readonly string temporaryName = TemporaryName.Create();
    private readonly FileStream file;

    public PendingFile(string path)
    {
        this.path = path;
        folder = Path.GetDirectoryName(path)!;
        try
        {
            file = new FileStream(
                TemporaryPath,
                new FileStreamOptions
                {
                    Mode = FileMode.CreateNew,
                    Access = FileAccess.Write,
                    Share = FileShare.Read | FileShare.Delete,
                    Options = FileOptions.Asynchronous,
                    BufferSize = 0,
                }
            );
        }
        catch (Exception exception) when (LocalFailure.Handles(exception))
        {
            throw LocalFailure.Translate(exception, "write", path);
        }
    }

    private string TemporaryPath => Path.Combine(folder, temporaryName);

    public async Task WriteAsync(ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        try
        {
            await file.WriteAsync(content, cancellationToken).ConfigureAwait(false);
            FlushToDisk();
        }
        catch (Exception exception) when (LocalFailure.Handles(exception))
        {
            throw LocalFailure.Translate(exception, "write", path);
        }
    }

    public async Task WriteAsync(Stream content, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(256 * 1024);
        try
        {
            // What the caller's stream throws is the caller's; only writing is translated.
            int read;
            while ((read = await content.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
                await AppendAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
            Attempt(FlushToDisk);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public void Replace() =>
        Attempt(() =>
        {
            File.Move(TemporaryPath, path, overwrite: true);
            FlushToDisk();
        });

    public bool PublishIfAbsent()
    {
        var published = false;
        Attempt(() =>
        {
            published = HardLink.TryPublish(folder, temporaryName, Path.GetFileName(path));
            if (published)
                FlushToDisk();
        });
        return published;
    }

    public async ValueTask DisposeAsync()
    {
        await file.DisposeAsync().ConfigureAwait(false);
        try
        {
            File.Delete(TemporaryPath);
        }
        catch (Exception exception) when (LocalFailure.Handles(exception))
        {
            // Whether the object was written is decided by now; a leftover is never listed and does no harm.
        }
    }

    // The second flush, after naming, also makes the name durable: the name and the file's changed link count are one journal transaction.
    // A folder cannot be opened to be flushed itself.
    private void FlushToDisk() => RandomAccess.FlushToDisk(file.SafeFileHandle);

    private async Task AppendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        try
        {
            await file.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (LocalFailure.Handles(exception))
        {
            throw LocalFailure.Translate(exception, "write", path);
        }
    }

    private void Attempt(Action work)
    {
        try
        {
            work();
        }
        catch (Exception exception) when (LocalFailure.Handles(exception))
        {
            throw LocalFailure.Translate(exception, "write", path);
        }
    }
}
