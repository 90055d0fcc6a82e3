using System.Collections.Frozen;
using Tideway.ObjectStorage.Local;
using Tideway.ObjectStorage.Roots;
using Tideway.ObjectStorage.Temporary;

namespace Tideway.ObjectStorage;

/// <summary>Which storage there is, and the way from a location to a store. What lies in no root cannot be opened.</summary>
public sealed class StorageRoots : IDisposable
{
    private readonly LocalRoot[] local;
    private readonly (string Name, IRemoteRoot Root)[] remote;
    private readonly FrozenDictionary<string, IRemoteRoot> remoteByName;
    private readonly string[] names;

    /// <summary>
    /// Takes the configured roots. Throws <see cref="ObjectStorageException"/> for a root that has a malformed name, is of an unknown kind of
    /// storage, does not exist on the local disk, is the same place as another, or has settings that do not fit it. Object stores are not asked yet.
    /// </summary>
    public StorageRoots(StorageRootOptions options, TimeProvider? time = null)
        : this(options, new RemoteRootFactory(time ?? TimeProvider.System)) { }

    internal StorageRoots(StorageRootOptions options, RemoteRootFactory factory)
    {
        ArgumentNullException.ThrowIfNull(options);
        names = [.. options.Roots.Keys];
        foreach (var name in names)
            RootName.Validate(name);
        if (options.Access.Keys.FirstOrDefault(name => !options.Roots.ContainsKey(name)) is { } stray)
            throw new ObjectStorageException(
                ObjectStorageError.InvalidKey,
                $"There are settings of access for '{ObjectKey.Printable(stray)}', which is no storage root, only {string.Join(", ", names)}."
            );

        var parsed = options.Roots.Select(root => (Name: root.Key, Text: root.Value, Remote: RemoteLocation.TryParse(root.Value))).ToList();
        // The deepest first, so that of two nested roots the nearer one takes a location.
        local =
        [
            .. parsed
                .Where(root => root.Remote is null)
                .Select(root => LocalRoot.Open(root.Name, root.Text, options))
                .OrderByDescending(root => root.Path.Length),
        ];
        LocalRoot.RequireDistinct(local);
        remote =
        [
            .. parsed
                .Where(root => root.Remote is not null)
                .Select(root => (root.Name, factory.Make(root.Name, root.Remote!, options.Access.GetValueOrDefault(root.Name) ?? new StorageAccessOptions())))
                .OrderByDescending(root => root.Item2.Location.Path.Length),
        ];
        RequireDistinctRemote();
        remoteByName = remote.ToFrozenDictionary(root => root.Name, root => root.Root, StringComparer.Ordinal);
    }

    /// <summary>The names of the roots.</summary>
    public IEnumerable<string> Names => names;

    /// <summary>
    /// Where <paramref name="location"/>, an absolute path or a URL, lies. Symbolic links of a local disk are followed first. Throws
    /// <see cref="ObjectStorageError.OutsideRoots"/> where it lies in no root and <see cref="ObjectStorageError.InvalidKey"/> where it is malformed.
    /// </summary>
    public StorageLocation Resolve(string location)
    {
        ArgumentNullException.ThrowIfNull(location);
        var found = RemoteLocation.TryParse(location) is { } address ? FindRemote(address) : FindLocal(location);
        return found
            ?? throw new ObjectStorageException(
                ObjectStorageError.OutsideRoots,
                $"'{ObjectKey.Printable(location)}' lies in none of the storage roots {string.Join(", ", names)}."
            );
    }

    /// <summary>The folder <paramref name="relativePath"/> of the root named <paramref name="rootName"/>, with the same refusals as <see cref="Resolve"/>.</summary>
    public StorageLocation Locate(string rootName, string relativePath)
    {
        ArgumentNullException.ThrowIfNull(rootName);
        ArgumentNullException.ThrowIfNull(relativePath);
        if (relativePath.Length > 0)
            ObjectKey.Validate(relativePath);
        if (FindRemote(rootName) is { } root)
            return new StorageLocation(rootName, relativePath, root.Location.At(relativePath));
        return local.FirstOrDefault(candidate => candidate.Name == rootName)?.Locate(relativePath)
            ?? throw new ObjectStorageException(
                ObjectStorageError.OutsideRoots,
                $"There is no storage root '{ObjectKey.Printable(rootName)}', only {string.Join(", ", names)}."
            );
    }

    /// <summary>
    /// The folders that a location lies in, the location itself first, as far as any root reaches: that of a root within another lies in the outer one, too. Each is
    /// given with the root that is the nearest to it.
    /// </summary>
    public IEnumerable<StorageLocation> Enclosing(StorageLocation location)
    {
        ArgumentNullException.ThrowIfNull(location);
        for (var folder = Locate(location.RootName, location.RelativePath); folder is not null; folder = FindParent(folder))
            yield return folder;
    }

    /// <summary>A store whose root is the location. The folder need not exist yet.</summary>
    public IObjectStore Open(StorageLocation location)
    {
        ArgumentNullException.ThrowIfNull(location);
        // A location is a plain value that may have been stored or made up: look again.
        var current = Locate(location.RootName, location.RelativePath);
        return FindRemote(current.RootName) is { } root ? root.Open(current.RelativePath) : new LocalObjectStore(current.Uri.LocalPath);
    }

    /// <summary>
    /// Gives out credentials with which a recipient reads folders of the root from its store directly; <see langword="null"/> where that is not offered:
    /// by a local disk, and by stores that are not configured for it or cannot narrow credentials to a folder.
    /// </summary>
    public ITemporaryCredentials? FindTemporaryCredentials(string rootName) => FindRemote(rootName)?.TemporaryCredentials;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var (_, root) in remote)
            root.Dispose();
    }

    internal IRemoteRoot? FindRemote(string rootName) => remoteByName.GetValueOrDefault(rootName);

    private StorageLocation? FindRemote(RemoteLocation address)
    {
        var fitting = remote.Where(root => root.Root.Location.RelativeTo(address) is not null).ToList();
        if (address is { Kind: StoreKind.Azure, Account: null } && fitting.DistinctBy(root => root.Root.Location.Account).Skip(1).Any())
            fitting = WithoutAccount(address, fitting);
        if (fitting.Count == 0)
            return null;
        var (name, nearest) = fitting[0];
        var relative = nearest.Location.RelativeTo(address)!;
        return new StorageLocation(name, relative, nearest.Location.At(relative));
    }

    // What roots that name no account themselves give out as addresses has none either.
    private static List<(string Name, IRemoteRoot Root)> WithoutAccount(RemoteLocation address, List<(string Name, IRemoteRoot Root)> fitting) =>
        fitting.Where(root => root.Root.Location.Host is null).ToList() is { Count: > 0 } own
            ? own
            : throw new ObjectStorageException(
                ObjectStorageError.InvalidKey,
                $"'{address.At("")}' names no storage account, and lies in the roots {string.Join(", ", fitting.Select(root => root.Name))}, which are in several."
            );

    private StorageLocation? FindParent(StorageLocation folder)
    {
        if (FindRemote(folder.RootName) is not { } root)
            return Path.GetDirectoryName(folder.Uri.LocalPath) is { } parent ? FindCanonical(parent) : null;
        var key = root.Location.Key(folder.RelativePath);
        return key.Length == 0 ? null : FindRemote(root.Location with { Path = key[..Math.Max(key.LastIndexOf('/'), 0)] });
    }

    private StorageLocation? FindLocal(string location) => FindCanonical(CanonicalPath.Resolve(LocationText.ToPath(location)));

    private StorageLocation? FindCanonical(string path) => local.Select(root => root.Find(path)).FirstOrDefault(found => found is not null);

    // An address of one would be an address of the other.
    private static bool AreMistaken(RemoteLocation one, RemoteLocation other) =>
        one is { Kind: StoreKind.Azure, Host: null }
        && other is { Kind: StoreKind.Azure, Host: null }
        && one.Bucket == other.Bucket
        && one.Account != other.Account;

    private void RequireDistinctRemote()
    {
        for (var i = 0; i < remote.Length; i++)
        {
            if (remote.Take(i).FirstOrDefault(other => AreMistaken(other.Root.Location, remote[i].Root.Location)) is { Root: not null } mistaken)
                throw new ObjectStorageException(
                    ObjectStorageError.InvalidKey,
                    $"The storage roots '{remote[i].Name}' and '{mistaken.Name}' are containers of one name in two accounts: name the account in their locations, as abfss://container@account.dfs.core.windows.net/path."
                );
            if (remote.Take(i).FirstOrDefault(other => other.Root.Location.RelativeTo(remote[i].Root.Location) is "") is { Root: not null } same)
                throw new ObjectStorageException(
                    ObjectStorageError.InvalidKey,
                    $"The storage roots '{remote[i].Name}' and '{same.Name}' are the same place {same.Root.Location.At("")}."
                );
        }
    }
}
