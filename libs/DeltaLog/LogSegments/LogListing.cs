using System.Runtime.CompilerServices;
using Tideway.ObjectStorage;

namespace Tideway.DeltaLog.LogSegments;

/// <summary>The files of the log from some version on.</summary>
internal sealed class LogListing
{
    private readonly List<LogFile> checkpointFiles = [];

    /// <summary>The commits, by rising version.</summary>
    public List<LogFile> Commits { get; } = [];

    /// <summary>Files that each hold what several commits did together, by rising first version.</summary>
    public List<LogFile> Compactions { get; } = [];

    public bool IsEmpty => Commits.Count == 0 && checkpointFiles.Count == 0;

    /// <summary>The files of versions from <paramref name="fromVersion"/> to <paramref name="toVersion"/>, both included.</summary>
    public static async Task<LogListing> ReadAsync(IObjectStore store, long fromVersion, CancellationToken cancellationToken, long toVersion = long.MaxValue)
    {
        var listing = new LogListing();
        await foreach (var file in FilesAsync(store, fromVersion, toVersion, cancellationToken).ConfigureAwait(false))
            listing.Include(file);
        return listing;
    }

    /// <summary>The files of versions from <paramref name="fromVersion"/> to <paramref name="toVersion"/> in the order of their names, one after another.</summary>
    public static async IAsyncEnumerable<LogFile> FilesAsync(
        IObjectStore store,
        long fromVersion,
        long toVersion,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var startAfter = fromVersion > 0 ? LogFile.KeyBefore(fromVersion) : null;
        await foreach (var info in store.ListAsync(LogFile.Folder, startAfter, cancellationToken).ConfigureAwait(false))
        {
            // Versions sort first; sidecars and other folders of the log begin with an underscore.
            if (info.Key.Length > LogFile.Folder.Length && info.Key[LogFile.Folder.Length] > '9')
                break;
            var file = LogFile.Parse(info);
            if (file.Version > toVersion)
                break;
            yield return file;
        }
    }

    /// <summary>Whether a checkpoint has the name that every client knows.</summary>
    public bool HasClassicCheckpoint => checkpointFiles.Exists(file => file.Kind is LogFileKind.ClassicCheckpoint or LogFileKind.CheckpointPart);

    /// <summary>Every complete checkpoint at or after <paramref name="version"/>.</summary>
    public IEnumerable<CheckpointFiles> CheckpointsFrom(long version)
    {
        foreach (var group in checkpointFiles.Where(file => file.Version >= version).GroupBy(file => file.Version))
        {
            foreach (var file in group.Where(file => file.Kind is LogFileKind.ClassicCheckpoint or LogFileKind.UuidCheckpoint))
                yield return new CheckpointFiles(group.Key, [file.Info]);
        }
    }

    /// <summary>The newest complete checkpoint at or before <paramref name="version"/>; a multi-part checkpoint with a part missing does not count.</summary>
    public CheckpointFiles? NewestCheckpoint(long? version)
    {
        var candidates = checkpointFiles
            .Where(file => version is null || file.Version <= version)
            .GroupBy(file => file.Version)
            .OrderByDescending(group => group.Key);
        foreach (var group in candidates)
        {
            if (Complete(group.Key, [.. group]) is { } checkpoint)
                return checkpoint;
        }

        return null;
    }

    /// <summary>Whether the files end with that version, and begin with what it can be rebuilt from.</summary>
    public bool LeadsUpTo(long version)
    {
        var checkpoint = NewestCheckpoint(version);
        return (checkpoint is not null || Commits is [{ Version: 0 }, ..])
            && (checkpoint?.Version == version || Commits is [.., var last] && last.Version == version);
    }

    /// <summary>Goes on as if these checkpoint files were not there.</summary>
    public void Leave(IReadOnlySet<string>? keys) => checkpointFiles.RemoveAll(file => keys?.Contains(file.Info.Key) == true);

    /// <summary>Whether there is a complete checkpoint of that version.</summary>
    public bool HasCheckpoint(long version) => NewestCheckpoint(version)?.Version == version;

    /// <summary>The oldest version that can be rebuilt from these files, if any.</summary>
    public long? EarliestRecreatableVersion()
    {
        if (Commits is [{ Version: 0 }, ..])
            return 0;
        return checkpointFiles
            .GroupBy(file => file.Version)
            .Where(group => Complete(group.Key, [.. group]) is not null)
            .Select(group => (long?)group.Key)
            .Min();
    }

    private static CheckpointFiles? Complete(long version, List<LogFile> files)
    {
        foreach (var file in files)
        {
            if (file.Kind is LogFileKind.ClassicCheckpoint or LogFileKind.UuidCheckpoint)
                return new CheckpointFiles(version, [file.Info]);
        }

        var complete = files.GroupBy(file => file.Parts).FirstOrDefault(parts => parts.Select(file => file.Part).Distinct().Count() == parts.Key);
        return complete is null ? null : new CheckpointFiles(version, [.. complete.OrderBy(file => file.Part).Select(file => file.Info)]);
    }

    public void Include(LogFile file)
    {
        if (file.Kind == LogFileKind.Commit)
            Commits.Add(file);
        else if (file.Kind == LogFileKind.Compaction)
            Compactions.Add(file);
        else if (file.IsOfCheckpoint)
            checkpointFiles.Add(file);
    }
}

/// <summary>The files of one complete checkpoint.</summary>
/// <param name="Version">The version that it holds.</param>
/// <param name="Files">One file, or the parts in order.</param>
internal sealed record CheckpointFiles(long Version, IReadOnlyList<ObjectInfo> Files);
