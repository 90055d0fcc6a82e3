using System.Runtime.CompilerServices;
using Tideway.DeltaLog.Actions;
using Tideway.ObjectStorage;

namespace Tideway.DeltaLog.LogSegments;

/// <summary>
/// The commits of a segment, where possible out of the files that hold several of them, reconciled.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#log-compaction-files">Log Compaction Files</see>.
/// </summary>
internal static class CompactedCommits
{
    /// <summary>What each commit, or each run of them that is compacted, did; in order.</summary>
    public static async IAsyncEnumerable<List<DeltaAction>> ReadAsync(
        IObjectStore store,
        LogSegment segment,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var commits = segment.Commits;
        for (var index = 0; index < commits.Count; )
        {
            var run = await TryReadRunAsync(store, segment, commits[index].Version, cancellationToken).ConfigureAwait(false);
            yield return run.Actions
                ?? await CommitFile.ReadAsync(store, commits[index].Info.Key, commits[index].Version, cancellationToken).ConfigureAwait(false);
            index += run.Commits;
        }
    }

    // The commits are still there: a compaction that is gone or damaged changes nothing but the time it takes.
    private static async Task<(List<DeltaAction>? Actions, int Commits)> TryReadRunAsync(
        IObjectStore store,
        LogSegment segment,
        long version,
        CancellationToken cancellationToken
    )
    {
        foreach (var file in segment.Compactions.Where(file => file.Version == version).OrderByDescending(file => file.LastVersion))
        {
            try
            {
                var actions = await CommitFile.ReadAsync(store, file.Info.Key, file.LastVersion, cancellationToken).ConfigureAwait(false);
                return (actions, (int)(file.LastVersion - version) + 1);
            }
            catch (DeltaLogException exception) when (exception.Error is DeltaLogError.CorruptLog or DeltaLogError.MissingCommits)
            {
                continue;
            }
        }

        return (null, 1);
    }
}
