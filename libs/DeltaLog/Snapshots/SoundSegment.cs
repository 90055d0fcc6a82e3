using System.Runtime.ExceptionServices;
using Tideway.DeltaLog.LogSegments;
using Tideway.ObjectStorage;

namespace Tideway.DeltaLog.Snapshots;

/// <summary>
/// Goes around checkpoints that are damaged or miss a sidecar: an older one, or the first commit, leads to the same version as long as all commits from
/// there on are in the log. Where they are not, the damage is what is reported.
/// </summary>
internal static class SoundSegment
{
    /// <summary>The segment from which <paramref name="rebuild"/> succeeded, and what came of it.</summary>
    public static async Task<(LogSegment Segment, T Result)> FindAsync<T>(
        IObjectStore store,
        long? version,
        Func<LogSegment, Task<T>> rebuild,
        CancellationToken cancellationToken
    )
    {
        HashSet<string>? damaged = null;
        ExceptionDispatchInfo? damage = null;
        while (true)
        {
            LogSegment segment;
            try
            {
                segment = await LogSegment.FindAsync(store, version, damaged, cancellationToken).ConfigureAwait(false);
            }
            catch (DeltaLogException) when (damage is not null)
            {
                damage.Throw();
                throw;
            }

            try
            {
                return (segment, await rebuild(segment).ConfigureAwait(false));
            }
            catch (DeltaLogException exception) when (exception.Error == DeltaLogError.CorruptLog && IsOfCheckpoint(exception, segment))
            {
                damage ??= ExceptionDispatchInfo.Capture(exception);
                (damaged ??= new HashSet<string>(StringComparer.Ordinal)).UnionWith(segment.Checkpoint!.Files.Select(file => file.Key));
            }
        }
    }

    private static bool IsOfCheckpoint(DeltaLogException exception, LogSegment segment) =>
        segment.Checkpoint is { } checkpoint
        && exception.File is { } key
        && (checkpoint.Files.Any(file => file.Key == key) || key.StartsWith(LogFile.SidecarFolder, StringComparison.Ordinal));
}
