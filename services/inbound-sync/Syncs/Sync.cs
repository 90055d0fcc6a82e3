using System.Text.Json;
using Tideway.DeltaSharing.Tables;

namespace Tideway.InboundSync.Syncs;

/// <summary>How a remote table becomes a local one.</summary>
public static class SyncMode
{
    /// <summary>Repeats the remote table version by version and file by file, bytes unchanged.</summary>
    public const string Mirror = "mirror";

    /// <summary>Applies row changes by key; the local table may have a layout of its own.</summary>
    public const string Merge = "merge";

    /// <summary>The modes there are.</summary>
    public static IReadOnlyList<string> All { get; } = [Mirror, Merge];

    /// <summary>What a remote table may need of its readers to be received that way: files can be kept whose rows could not be written.</summary>
    public static IReadOnlyList<string> ReaderFeatures(string mode) => mode == Mirror ? SharedFeatures.ForFiles : SharedFeatures.ForRows;
}

/// <summary>What made a sync due.</summary>
public static class SyncTrigger
{
    public const string Event = "event";
    public const string Timer = "timer";
    public const string Request = "request";
    public const string Recovery = "recovery";
}

/// <summary>Brings one remote table into one local table. The checkpoint is in the local table itself; what is here is for people and for the timer.</summary>
public sealed record Sync
{
    public required Guid SyncId { get; init; }

    public required string Name { get; init; }

    public required Guid ProviderId { get; init; }

    public string ProviderName { get; init; } = "";

    public required string Share { get; init; }

    public required string SchemaName { get; init; }

    public required string TableName { get; init; }

    public required string Mode { get; init; }

    /// <summary>Merge: the key columns, as a JSON array.</summary>
    public string KeyColumns { get; init; } = "[]";

    public required string TargetLocation { get; init; }

    /// <summary>Name of the storage root that the target is in.</summary>
    public required string TargetRoot { get; init; }

    public required int IntervalSeconds { get; init; }

    public required DateTimeOffset DueAt { get; init; }

    public required string DueTrigger { get; init; }

    public int Failures { get; init; }

    /// <summary>Remote version held after the last run.</summary>
    public long? RemoteVersion { get; init; }

    /// <summary>Remote version whose rows were set aside; not tried again before there is another, or another table.</summary>
    public long? QuarantinedVersion { get; init; }

    /// <summary>Id of the remote table that this is a version of.</summary>
    public string? QuarantinedTable { get; init; }

    /// <summary>When the local table was last known to hold the newest remote version.</summary>
    public DateTimeOffset? SyncedAt { get; init; }

    public Guid? LastRunId { get; init; }

    /// <summary>Whose it is, see <see cref="Runs.SyncLease.Holder"/>.</summary>
    public string? LeaseOwner { get; init; }

    public DateTimeOffset? LeaseUntil { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required string CreatedBy { get; init; }

    public IReadOnlyList<string> Keys => JsonSerializer.Deserialize<string[]>(KeyColumns)!;

    /// <summary>How the remote table is found whatever the case of letters.</summary>
    public static string RemoteKey(string share, string schema, string table) => $"{share}/{schema}/{table}".ToLowerInvariant();

    /// <summary>Application id of the checkpoint in the local table's log.</summary>
    public string AppId => $"tideway-sync-{SyncId}";
}
