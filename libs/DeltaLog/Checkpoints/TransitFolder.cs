using Tideway.ObjectStorage;

namespace Tideway.DeltaLog.Checkpoints;

/// <summary>A folder of its own on local disk, gone when it is disposed.</summary>
internal sealed class TransitFolder : IDisposable
{
    private readonly string folder;
    private int files;

    public TransitFolder(DeltaTableOptions options)
    {
        folder = options.TemporaryFolder is { } parent
            ? Directory.CreateDirectory(Path.Combine(parent, Guid.CreateVersion7().ToString("N"))).FullName
            : Directory.CreateTempSubdirectory("tideway-").FullName;
    }

    public string NewFile(string extension) => Path.Combine(folder, $"{files++}{extension}");

    /// <summary>A folder that is not there yet.</summary>
    public string NewFolder() => Path.Combine(folder, $"{files++}");

    /// <summary>The object's path on local disk, where it is brought first if it must; the end of its name stays.</summary>
    public async Task<string> BringAsync(IObjectStore store, string key, CancellationToken cancellationToken)
    {
        if (store.LocalPath(key) is { } path)
            return path;
        var copy = NewFile("-" + key[(key.LastIndexOf('/') + 1)..]);
        var source = await store.OpenReadAsync(key, cancellationToken: cancellationToken).ConfigureAwait(false);
        await using (source.ConfigureAwait(false))
        {
            var target = File.Create(copy);
            await using (target.ConfigureAwait(false))
                await source.CopyToAsync(target, cancellationToken).ConfigureAwait(false);
        }

        return copy;
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
