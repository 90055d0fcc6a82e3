namespace Tideway.DeltaLog.Commit;

/// <summary>A commit that happened.</summary>
/// <param name="Version">The version it made.</param>
/// <param name="Attempts">How many versions were tried for; more than 1 where other writers were faster.</param>
/// <param name="CheckpointFailure">Why the checkpoint that was due could not be written; the commit stands without it.</param>
public sealed record CommitResult(long Version, int Attempts, Exception? CheckpointFailure = null);
