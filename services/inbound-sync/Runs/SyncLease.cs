namespace Tideway.InboundSync.Runs;

/// <summary>A sync that was taken, for as long as whoever took it says that it is alive.</summary>
/// <param name="SyncId">The sync.</param>
/// <param name="Holder">Names this taking: another one each time, so that a run that lost the sync is none of who has it now, in the same process neither.</param>
public sealed record SyncLease(Guid SyncId, string Holder);
