using Tideway.DeltaLog.LogSegments;
using Tideway.ObjectStorage;

namespace Tideway.DeltaLog.Snapshots;

/// <summary>
/// When the files of commits were written. The times rise from version to version: one that does not is moved to a millisecond after the one before, which
/// depends on all commits before it. So all of them are listed, but none is read.
/// </summary>
internal sealed class CommitFileTimes
{
    private readonly List<DateTimeOffset> times;

    private CommitFileTimes(long first, List<DateTimeOffset> times, long? firstRecreatable)
    {
        First = first;
        this.times = times;
        FirstRecreatable = firstRecreatable;
    }

    /// <summary>The first commit from which none is missing.</summary>
    public long First { get; }

    /// <summary>The version after the last one.</summary>
    public long End => First + times.Count;

    /// <summary>The first version that can be loaded, if any.</summary>
    public long? FirstRecreatable { get; }

    public DateTimeOffset this[long version] => times[checked((int)(version - First))];

    /// <summary>The commits up to <paramref name="last"/> that lead up to it without a gap.</summary>
    public static async Task<CommitFileTimes> ReadAsync(IObjectStore store, long last, CancellationToken cancellationToken)
    {
        var found = new List<DateTimeOffset>();
        var checkpoints = new LogListing();
        var first = 0L;
        await foreach (var file in LogListing.FilesAsync(store, 0, last, cancellationToken).ConfigureAwait(false))
        {
            if (file.Kind != LogFileKind.Commit)
            {
                checkpoints.Include(file);
                continue;
            }

            if (file.Version == 0)
                checkpoints.Include(file);
            if (file.Version != first + found.Count)
            {
                first = file.Version;
                found.Clear();
            }

            found.Add(CommitTime.After(found.Count > 0 ? found[^1] : null, file.Info));
        }

        return new CommitFileTimes(first, found, checkpoints.EarliestRecreatableVersion());
    }

    /// <summary>The first version at or after <paramref name="timestamp"/>; <see cref="End"/> where there is none.</summary>
    public long FirstAtOrAfter(DateTimeOffset timestamp)
    {
        var index = times.BinarySearch(timestamp);
        return First + (index >= 0 ? index : ~index);
    }
}
