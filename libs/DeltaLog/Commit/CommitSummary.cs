using Tideway.DeltaLog.Actions;

namespace Tideway.DeltaLog.Commit;

/// <summary>An entry of a table's history.</summary>
/// <param name="Version">The version.</param>
/// <param name="Timestamp">When it was committed.</param>
/// <param name="Info">Where the commit came from, if it says so.</param>
public sealed record CommitSummary(long Version, DateTimeOffset Timestamp, CommitInfo? Info);
