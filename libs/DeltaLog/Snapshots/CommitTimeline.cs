using System.Runtime.CompilerServices;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Commit;
using Tideway.DeltaLog.LogSegments;
using Tideway.ObjectStorage;

namespace Tideway.DeltaLog.Snapshots;

/// <summary>
/// When each commit that is still in the log happened, up to some version. In-commit timestamps rise by themselves, so that a moment is searched for by
/// reading few commits and listing none; before they were enabled the times of files count (<see cref="CommitFileTimes"/>), which may have been copied
/// since, so that the two are never compared with each other.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#recommendations-for-readers-of-tables-with-in-commit-timestamps">In-Commit Timestamps</see>.
/// </summary>
internal sealed class CommitTimeline(IObjectStore store, TableState state, long latest)
{
    private readonly long firstInCommit = Math.Min(FirstInCommitVersion(state), latest + 1);
    private readonly Dictionary<long, DateTimeOffset?> known = [];
    private CommitFileTimes? files;

    /// <summary>The last version at or before <paramref name="timestamp"/> that can be loaded; null where there is none.</summary>
    public async Task<long?> AtOrBeforeAsync(DateTimeOffset timestamp, CancellationToken cancellationToken)
    {
        var version = await FirstAtOrAfterAsync(timestamp, cancellationToken).ConfigureAwait(false);
        if (version > latest || !(await TimeAsync(version, cancellationToken).ConfigureAwait(false) <= timestamp))
            version--;
        if (version < 0 || await TimeAsync(version, cancellationToken).ConfigureAwait(false) is null)
            return null;
        return await CanBeLoadedAsync(version, cancellationToken).ConfigureAwait(false) ? version : null;
    }

    /// <summary>The first version at or after <paramref name="timestamp"/>; null where there is none.</summary>
    public async Task<long?> AtOrAfterAsync(DateTimeOffset timestamp, CancellationToken cancellationToken)
    {
        var version = await FirstAtOrAfterAsync(timestamp, cancellationToken).ConfigureAwait(false);
        return version <= latest && await TimeAsync(version, cancellationToken).ConfigureAwait(false) is not null ? version : null;
    }

    /// <summary>The commits that are still in the log, as far as none is missing, newest first: reads each when its turn comes.</summary>
    public async IAsyncEnumerable<CommitSummary> NewestFirstAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var last = HasInCommitTimes ? latest : (await FilesAsync(cancellationToken).ConfigureAwait(false)).End - 1;
        for (var version = last; version >= 0; version--)
        {
            var ofFile = version < firstInCommit ? await TimeAsync(version, cancellationToken).ConfigureAwait(false) : null;
            if (version < firstInCommit && ofFile is null)
                yield break;
            var (isThere, info) = await TryReadInfoAsync(version, cancellationToken).ConfigureAwait(false);
            if (!isThere)
                yield break;
            yield return new CommitSummary(version, ofFile ?? InCommitTime(version, info), info);
        }
    }

    private bool HasInCommitTimes => firstInCommit <= latest;

    private static long FirstInCommitVersion(TableState state)
    {
        if (!state.HasInCommitTimestamps)
            return long.MaxValue - 1;
        return
            state.Metadata.Configuration.TryGetValue(TableProperties.InCommitTimestampEnablementVersion, out var text)
            && long.TryParse(text, out var version)
            && version >= 0
            ? version
            : 0;
    }

    // The version after the latest one where there is none.
    private async Task<long> FirstAtOrAfterAsync(DateTimeOffset timestamp, CancellationToken cancellationToken)
    {
        var found = await FirstInCommitAtOrAfterAsync(timestamp, cancellationToken).ConfigureAwait(false);
        if (found > firstInCommit || firstInCommit == 0)
            return found;
        if (HasInCommitTimes && await TimeAsync(found, cancellationToken).ConfigureAwait(false) == timestamp)
            return found;
        var times = await FilesAsync(cancellationToken).ConfigureAwait(false);
        // Where the log begins later, there are no files before the first one with a time of its own.
        return LeadUp(times) ? times.FirstAtOrAfter(timestamp) : found;
    }

    // Whether no commit is missing between those and the first one with a time of its own.
    private bool LeadUp(CommitFileTimes times) => !HasInCommitTimes || times.End == firstInCommit;

    // Commits that are gone count as before any moment: logs are cleaned up from the oldest on. In strides that double, as most ask for what is new.
    private async Task<long> FirstInCommitAtOrAfterAsync(DateTimeOffset timestamp, CancellationToken cancellationToken)
    {
        var (low, high) = (firstInCommit, latest + 1);
        for (var stride = 1L; low < high; stride *= 2)
        {
            var probe = Math.Max(low, high - stride);
            if (!await IsAtOrAfterAsync(probe, timestamp, cancellationToken).ConfigureAwait(false))
            {
                low = probe + 1;
                break;
            }

            high = probe;
        }

        while (low < high)
        {
            var middle = low + ((high - low) / 2);
            if (await IsAtOrAfterAsync(middle, timestamp, cancellationToken).ConfigureAwait(false))
                high = middle;
            else
                low = middle + 1;
        }

        return low;
    }

    private async Task<bool> IsAtOrAfterAsync(long version, DateTimeOffset timestamp, CancellationToken cancellationToken) =>
        await TimeAsync(version, cancellationToken).ConfigureAwait(false) >= timestamp;

    // Null where the commit is not in the log, or no longer.
    private async Task<DateTimeOffset?> TimeAsync(long version, CancellationToken cancellationToken)
    {
        if (version < firstInCommit)
        {
            var times = await FilesAsync(cancellationToken).ConfigureAwait(false);
            return version >= times.First && version < times.End && LeadUp(times) ? times[version] : null;
        }

        if (known.TryGetValue(version, out var time))
            return time;
        return known[version] = await ReadTimeAsync(version, cancellationToken).ConfigureAwait(false);
    }

    private async Task<DateTimeOffset?> ReadTimeAsync(long version, CancellationToken cancellationToken)
    {
        var (isThere, info) = await TryReadInfoAsync(version, cancellationToken).ConfigureAwait(false);
        return isThere ? InCommitTime(version, info) : null;
    }

    private DateTimeOffset InCommitTime(long version, CommitInfo? info)
    {
        var key = LogFile.CommitKey(version);
        return info?.InCommitTime ?? throw LogLines.Corrupt(store, key, version, $"Expected an in-commit timestamp in '{key}', found none.");
    }

    private async Task<(bool IsThere, CommitInfo? Info)> TryReadInfoAsync(long version, CancellationToken cancellationToken)
    {
        try
        {
            return (true, await CommitFile.ReadInfoAsync(store, LogFile.CommitKey(version), version, cancellationToken).ConfigureAwait(false));
        }
        catch (ObjectStorageException exception) when (exception.Error == ObjectStorageError.NotFound)
        {
            return (false, null);
        }
    }

    private async Task<bool> CanBeLoadedAsync(long version, CancellationToken cancellationToken)
    {
        if (version < firstInCommit)
            return version >= (await FilesAsync(cancellationToken).ConfigureAwait(false)).FirstRecreatable;
        try
        {
            await LogSegment.FindAsync(store, version, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (DeltaLogException exception) when (exception.Error is DeltaLogError.VersionNotFound or DeltaLogError.MissingCommits)
        {
            return false;
        }
    }

    private async Task<CommitFileTimes> FilesAsync(CancellationToken cancellationToken) =>
        files ??= await CommitFileTimes.ReadAsync(store, firstInCommit - 1, cancellationToken).ConfigureAwait(false);
}
