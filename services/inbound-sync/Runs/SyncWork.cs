using Tideway.DeltaLog;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaSharing.Tables;
using Tideway.InboundSync.Syncs;

namespace Tideway.InboundSync.Runs;

/// <summary>What the remote table is now.</summary>
/// <param name="Version">Its version.</param>
/// <param name="Description">What it is at that version.</param>
public sealed record RemoteState(long Version, SharedDescription Description)
{
    /// <summary>Id, schema and partitioning.</summary>
    public Metadata Metadata => Description.Metadata;
}

/// <summary>What a run works on.</summary>
/// <param name="Sync">The sync.</param>
/// <param name="Run">This run.</param>
/// <param name="Remote">The remote table.</param>
/// <param name="Newest">What the remote table is now; its version is the one to take in.</param>
/// <param name="Table">The local table, which need not exist.</param>
/// <param name="Held">The local table as it was found.</param>
/// <param name="Progress">How far the run is.</param>
public sealed record SyncWork(Sync Sync, SyncRun Run, RemoteTable Remote, RemoteState Newest, DeltaTable Table, LocalTable Held, RunProgress Progress)
{
    /// <summary>Remote version to take in.</summary>
    public long Latest => Newest.Version;

    /// <summary>Whether the local table is the remote one at its newest version.</summary>
    public bool IsCurrent => Held.RemoteVersion == Latest && ReceivedMetadata.IsSameTable(Newest.Metadata, Held.Snapshot!.Metadata);

    /// <summary>Why nothing of what is held can be gone on with, or <see langword="null"/>.</summary>
    public string? Break =>
        Held.RemoteVersion is not { } held ? null
        : !ReceivedMetadata.IsSameTable(Newest.Metadata, Held.Snapshot!.Metadata) ? $"the remote table was made anew (id {Newest.Metadata.Id})"
        : held > Latest ? $"the remote table went back from version {held} to {Latest}"
        : null;
}
