using Tideway.DeltaLog;
using Tideway.InboundSync.Syncs;

namespace Tideway.InboundSync.Runs;

/// <summary>What a run works on.</summary>
/// <param name="Sync">The sync.</param>
/// <param name="Run">This run.</param>
/// <param name="Remote">The remote table.</param>
/// <param name="Table">The local table, which need not exist.</param>
/// <param name="Held">The local table as the run found it.</param>
/// <param name="Latest">Remote version to take in.</param>
/// <param name="Progress">How far the run is.</param>
public sealed record SyncWork(Sync Sync, SyncRun Run, RemoteTable Remote, DeltaTable Table, LocalTable Held, long Latest, RunProgress Progress);
