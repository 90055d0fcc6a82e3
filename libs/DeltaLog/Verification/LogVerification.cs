using System.Runtime.CompilerServices;
using Tideway.DeltaLog.LogSegments;
using Tideway.DeltaLog.Snapshots;

namespace Tideway.DeltaLog.Verification;

/// <summary>Whether the files of the log agree with each other.</summary>
internal static class LogVerification
{
    public static async IAsyncEnumerable<VerificationProblem> FindAsync(
        DeltaTable table,
        Snapshot snapshot,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var listing = await LogListing.ReadAsync(table.Store, 0, cancellationToken).ConfigureAwait(false);
        if (await LastCheckpoint.FindVersionAsync(table.Store, cancellationToken).ConfigureAwait(false) is { } hint && !listing.HasCheckpoint(hint))
            yield return new VerificationProblem(VerificationCheck.Log, $"_last_checkpoint names version {hint}, which has no complete checkpoint.");

        foreach (var compaction in listing.Compactions.Where(file => file.LastVersion <= snapshot.Version))
        {
            if (await ReadFaultAsync(table, compaction, cancellationToken).ConfigureAwait(false) is { } fault)
                yield return new VerificationProblem(VerificationCheck.Log, fault, compaction.Info.Key);
        }

        if (listing.NewestCheckpoint(snapshot.Version) is not { } checkpoint)
            yield break;
        var (replay, damage) = await ReadAsync(table, checkpoint, cancellationToken).ConfigureAwait(false);
        if (damage is not null)
            yield return new VerificationProblem(VerificationCheck.Log, damage, checkpoint.Files[0].Key);
        if (replay is null)
            yield break;

        // The checkpoint only shortens the way: the commits alone must lead to the same files.
        var (missing, more) = await DifferenceAsync(table, listing, checkpoint.Version, replay, cancellationToken).ConfigureAwait(false);
        foreach (var path in missing)
            yield return new VerificationProblem(
                VerificationCheck.Log,
                $"The commits add the file; the checkpoint of version {checkpoint.Version} lacks it.",
                path
            );
        foreach (var path in more)
        {
            yield return new VerificationProblem(
                VerificationCheck.Log,
                $"The checkpoint of version {checkpoint.Version} has the file; the commits do not add it.",
                path
            );
        }
    }

    private static async Task<(LogReplay? Replay, string? Damage)> ReadAsync(DeltaTable table, CheckpointFiles checkpoint, CancellationToken cancellationToken)
    {
        try
        {
            var alone = new LogSegment(checkpoint.Version, checkpoint, [], DateTimeOffset.UnixEpoch);
            return (await table.Snapshots.RebuildAsync(alone, cancellationToken).ConfigureAwait(false), null);
        }
        catch (DeltaLogException exception) when (exception.Error == DeltaLogError.CorruptLog)
        {
            return (null, exception.Message);
        }
    }

    private static async Task<string?> ReadFaultAsync(DeltaTable table, LogFile file, CancellationToken cancellationToken)
    {
        try
        {
            await CommitFile.ReadAsync(table.Store, file.Info.Key, file.LastVersion, cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (DeltaLogException exception)
        {
            return exception.Message;
        }
    }

    private static async Task<(List<string> Missing, List<string> More)> DifferenceAsync(
        DeltaTable table,
        LogListing listing,
        long version,
        LogReplay checkpoint,
        CancellationToken cancellationToken
    )
    {
        var commits = new LogReplay(table.Store.Root);
        var next = 0L;
        foreach (var commit in listing.Commits.TakeWhile(commit => commit.Version <= version && commit.Version == next))
        {
            commits.ApplyCommit(
                await LogContent.ReadAsync(table.Store, commit.Info.Key, commit.Version, withFiles: true, cancellationToken).ConfigureAwait(false)
            );
            next++;
        }

        // Some commits were cleaned up: nothing to compare with.
        if (next <= version)
            return ([], []);
        var (left, right) = (Keys(commits), Keys(checkpoint));
        return ([.. left.Except(right).Select(Path).Order(StringComparer.Ordinal)], [.. right.Except(left).Select(Path).Order(StringComparer.Ordinal)]);
    }

    private static HashSet<(string Path, string? Vector)> Keys(LogReplay replay) =>
        replay.Files().Enumerate().Select(file => (FilePath.Canonical(file.Path), file.DeletionVector?.UniqueId)).ToHashSet();

    private static string Path((string Path, string? Vector) file) => file.Path;
}
