using Tideway.DeltaLog.LogSegments;
using Tideway.ObjectStorage;

namespace Tideway.DeltaLog.Snapshots;

/// <summary>
/// When each commit that is still in the log happened. Times rise from version to version: those of files are moved up by a millisecond
/// where they do not; in-commit timestamps rise by themselves.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#recommendations-for-readers-of-tables-with-in-commit-timestamps">In-Commit Timestamps</see>.
/// </summary>
internal sealed class CommitTimeline
{
    private readonly IObjectStore store;
    private readonly List<LogFile> commits;
    private readonly DateTimeOffset[] fileTimes;
    private readonly long firstInCommitVersion;

    private CommitTimeline(IObjectStore store, List<LogFile> commits, long firstInCommitVersion, long firstRecreatableVersion)
    {
        this.store = store;
        FirstRecreatableVersion = firstRecreatableVersion;
        this.commits = commits;
        this.firstInCommitVersion = firstInCommitVersion;
        fileTimes = new DateTimeOffset[commits.Count];
        for (var index = 0; index < commits.Count; index++)
        {
            var time = commits[index].Info.LastModified;
            fileTimes[index] = index > 0 && time <= fileTimes[index - 1] ? fileTimes[index - 1].AddMilliseconds(1) : time;
        }
    }

    public int Count => commits.Count;

    /// <summary>The first version that can still be loaded.</summary>
    public long FirstRecreatableVersion { get; }

    /// <summary>The commits of the log that lead up to its end without a gap.</summary>
    public static async Task<CommitTimeline> ReadAsync(IObjectStore store, TableState state, CancellationToken cancellationToken)
    {
        var listing = await LogListing.ReadAsync(store, 0, cancellationToken).ConfigureAwait(false);
        var start = listing.Commits.Count - 1;
        while (start > 0 && listing.Commits[start - 1].Version == listing.Commits[start].Version - 1)
            start--;
        var unbroken = start > 0 ? listing.Commits[start..] : listing.Commits;
        return new CommitTimeline(store, unbroken, FirstInCommitVersion(state), listing.EarliestRecreatableVersion() ?? long.MaxValue);
    }

    public LogFile Commit(int index) => commits[index];

    public async Task<DateTimeOffset> TimeAsync(int index, CancellationToken cancellationToken)
    {
        var commit = commits[index];
        if (commit.Version < firstInCommitVersion)
            return fileTimes[index];
        var info = await CommitFile.ReadInfoAsync(store, commit.Info.Key, commit.Version, cancellationToken).ConfigureAwait(false);
        return info?.InCommitTime
            ?? throw new DeltaLogException(DeltaLogError.CorruptLog, $"Expected an in-commit timestamp in '{commit.Info.Key}', found none.")
            {
                TableRoot = store.Root,
                Version = commit.Version,
                File = commit.Info.Key,
            };
    }

    /// <summary>Index of the first commit at or after <paramref name="timestamp"/>; <see cref="Count"/> where there is none.</summary>
    public async Task<int> FirstAtOrAfterAsync(DateTimeOffset timestamp, CancellationToken cancellationToken)
    {
        // Files may have been copied since, so their times and in-commit timestamps are only compared among themselves.
        var split = commits.FindIndex(commit => commit.Version >= firstInCommitVersion);
        var (low, high) = (0, split < 0 ? commits.Count : split);
        if (split >= 0 && timestamp >= await TimeAsync(split, cancellationToken).ConfigureAwait(false))
            (low, high) = (split, commits.Count);
        while (low < high)
        {
            var middle = low + ((high - low) / 2);
            if (await TimeAsync(middle, cancellationToken).ConfigureAwait(false) < timestamp)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }

    private static long FirstInCommitVersion(TableState state)
    {
        if (!state.HasInCommitTimestamps)
            return long.MaxValue;
        return
            state.Metadata.Configuration.TryGetValue(TableProperties.InCommitTimestampEnablementVersion, out var text) && long.TryParse(text, out var version)
            ? version
            : 0;
    }
}
