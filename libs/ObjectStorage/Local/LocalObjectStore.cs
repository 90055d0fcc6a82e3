namespace Tideway.ObjectStorage.Local;

/// <summary>Objects as files below a folder of a local disk.</summary>
/// <remarks>
/// A write goes to a temporary file beside the object, is flushed to the disk, and gets its name in one step, so that no reader and no crash
/// sees half of it. A symbolic link below the root that leads out of it is refused. That guards against keys, not against somebody who may
/// change the folder itself while an access runs. A process that is killed while it writes can leave a <c>.*.partial</c> file, which is never
/// listed and can be deleted.
/// </remarks>
public sealed class LocalObjectStore : IObjectStore
{
    private readonly string root;

    /// <summary>A store below <paramref name="rootFolder"/>, an absolute path, which is created by the first write.</summary>
    public LocalObjectStore(string rootFolder)
    {
        ArgumentException.ThrowIfNullOrEmpty(rootFolder);
        if (!Path.IsPathFullyQualified(rootFolder))
            throw new ArgumentException($"Expected an absolute path, got '{rootFolder}'.", nameof(rootFolder));
        root = CanonicalPath.Resolve(rootFolder);
        Root = CanonicalPath.ToUri(root);
    }

    /// <inheritdoc/>
    public Uri Root { get; }

    /// <inheritdoc/>
    public IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, string? startAfter = null, CancellationToken cancellationToken = default)
    {
        ObjectKey.ValidatePrefix(prefix);
        return new LocalListing(root, prefix, startAfter).WalkAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public Task<ObjectPage> ListPageAsync(string prefix, ListPosition? from, int limit, CancellationToken cancellationToken = default)
    {
        ObjectKey.ValidatePrefix(prefix);
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        return ObjectPage.ReadAsync(new LocalListing(root, prefix, from?.After, firstPart: limit + 1).WalkAsync(cancellationToken), limit);
    }

    /// <inheritdoc/>
    public Task<ObjectInfo?> FindAsync(string key, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var path = PathOf(key);
        return Task.FromResult(Attempt("look at", path, () => LocalFile.Describe(key, new FileInfo(path))));
    }

    /// <inheritdoc/>
    public Task<Stream> OpenReadAsync(string key, ByteRange? range = null, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (range is { } wanted && (wanted.Offset < 0 || wanted.Length < 0))
            throw new ArgumentOutOfRangeException(nameof(range), range, "Offset and length of a range are not negative.");
        var path = PathOf(key);
        return Task.FromResult(Attempt("read", path, () => Open(path, range)));
    }

    /// <inheritdoc/>
    public async Task PutAsync(string key, Stream content, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(content);
        var path = WritablePathOf(key);
        var target = new PendingFile(path);
        await using (target.ConfigureAwait(false))
        {
            await target.WriteAsync(content, cancellationToken).ConfigureAwait(false);
            target.Replace();
        }
    }

    /// <inheritdoc/>
    public Task<bool> PutIfAbsentAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default) =>
        PutIfAbsentAsync(key, target => target.WriteAsync(content, cancellationToken));

    /// <inheritdoc/>
    public Task<bool> PutIfAbsentAsync(string key, Stream content, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(content);
        return PutIfAbsentAsync(key, target => target.WriteAsync(content, cancellationToken));
    }

    private async Task<bool> PutIfAbsentAsync(string key, Func<PendingFile, Task> writeAsync)
    {
        var path = WritablePathOf(key);
        // Saves the loser of a race that is long decided the writing; the link below is what decides.
        if (Path.Exists(path))
            return false;
        var target = new PendingFile(path);
        await using (target.ConfigureAwait(false))
        {
            await writeAsync(target).ConfigureAwait(false);
            return target.PublishIfAbsent();
        }
    }

    /// <inheritdoc/>
    public Task DeleteAsync(string key, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var path = PathOf(key);
        try
        {
            File.Delete(path);
        }
        catch (Exception exception) when (exception is DirectoryNotFoundException || Directory.Exists(path))
        {
            // A folder is no object, so there is none to remove.
            return Task.CompletedTask;
        }
        catch (Exception exception) when (LocalFailure.Handles(exception))
        {
            throw LocalFailure.Translate(exception, "delete", path);
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<int> DeleteUnfinishedAsync(DateTimeOffset before, Func<string, bool>? isOurs = null, CancellationToken cancellationToken = default) =>
        Task.Run(() => Attempt("clean", root, () => UnfinishedFiles.Delete(root, before, isOurs, cancellationToken)), cancellationToken);

    /// <inheritdoc/>
    public string? LocalPath(string key) => PathOf(key);

    private static Stream Open(string path, ByteRange? range)
    {
        if (!File.Exists(path))
            throw new FileNotFoundException(null, path);
        var file = new FileStream(
            path,
            new FileStreamOptions
            {
                Mode = FileMode.Open,
                Access = FileAccess.Read,
                Share = FileShare.ReadWrite | FileShare.Delete,
                Options = FileOptions.Asynchronous | (range is null ? FileOptions.SequentialScan : FileOptions.None),
                BufferSize = 0,
            }
        );
        if (range is not { } part)
            return file;
        var offset = Math.Min(part.Offset, file.Length);
        file.Position = offset;
        return new BoundedReadStream(file, Math.Min(part.Length, file.Length - offset));
    }

    private string WritablePathOf(string key)
    {
        var path = PathOf(key);
        Attempt("make the folder of", path, () => Directory.CreateDirectory(Path.GetDirectoryName(path)!));
        return path;
    }

    private string PathOf(string key)
    {
        ObjectKey.Validate(key);
        if (TemporaryName.Matches(Path.GetFileName(key.AsSpan())))
            throw new ObjectStorageException(ObjectStorageError.InvalidKey, $"The key '{key}' is of the kind kept for unfinished files.");
        var path = Path.Combine(root, key.Replace('/', Path.DirectorySeparatorChar));
        var canonical = Attempt("resolve", path, () => CanonicalPath.Resolve(path, root.Length));
        if (CanonicalPath.RelativeTo(root, canonical) is null or "")
            throw new ObjectStorageException(ObjectStorageError.InvalidKey, $"The key '{key}' leads out of {Root} through a symbolic link.");
        return path;
    }

    private static T Attempt<T>(string action, string path, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception exception) when (LocalFailure.Handles(exception))
        {
            throw LocalFailure.Translate(exception, action, path);
        }
    }
}
