using Tideway.InboundSync.Runs;

namespace Tideway.InboundSync.Syncs;

/// <summary>A sync as the management API shows it. Times are milliseconds since 1970.</summary>
internal sealed record SyncInfo
{
    public required string Name { get; init; }

    public required Guid Id { get; init; }

    public required string Provider { get; init; }

    public required string Share { get; init; }

    public required string Schema { get; init; }

    public required string Table { get; init; }

    public required string Mode { get; init; }

    public required IReadOnlyList<string> Keys { get; init; }

    public required string Target { get; init; }

    public required int IntervalSeconds { get; init; }

    /// <summary><c>running</c>, <c>due</c>, <c>failing</c>, <c>current</c>, or <c>new</c> before the first success.</summary>
    public required string Status { get; init; }

    public long? RemoteVersion { get; init; }

    public long? SyncedAt { get; init; }

    public required long DueAt { get; init; }

    public required int Failures { get; init; }

    public SyncRunInfo? LastRun { get; init; }

    public required long CreatedAt { get; init; }

    public required string CreatedBy { get; init; }

    public static SyncInfo Of(Sync sync, SyncRun? lastRun, DateTimeOffset now) =>
        new()
        {
            Name = sync.Name,
            Id = sync.SyncId,
            Provider = sync.ProviderName,
            Share = sync.Share,
            Schema = sync.SchemaName,
            Table = sync.TableName,
            Mode = sync.Mode,
            Keys = sync.Keys,
            Target = sync.TargetLocation,
            IntervalSeconds = sync.IntervalSeconds,
            Status = StatusOf(sync, now),
            RemoteVersion = sync.RemoteVersion,
            SyncedAt = sync.SyncedAt?.ToUnixTimeMilliseconds(),
            DueAt = sync.DueAt.ToUnixTimeMilliseconds(),
            Failures = sync.Failures,
            LastRun = lastRun is null ? null : SyncRunInfo.Of(lastRun),
            CreatedAt = sync.CreatedAt.ToUnixTimeMilliseconds(),
            CreatedBy = sync.CreatedBy,
        };

    private static string StatusOf(Sync sync, DateTimeOffset now)
    {
        if (sync.LeaseUntil > now)
            return "running";
        if (sync.Failures > 0)
            return "failing";
        if (sync.DueAt <= now)
            return "due";
        return sync.SyncedAt is null ? "new" : "current";
    }
}

internal sealed record SyncPage
{
    public required IReadOnlyList<SyncInfo> Syncs { get; init; }

    public string? NextPageToken { get; init; }
}

/// <summary>What a new sync is to be.</summary>
internal sealed record CreateSync
{
    public string? Name { get; init; }

    public string? Provider { get; init; }

    public string? Share { get; init; }

    public string? Schema { get; init; }

    public string? Table { get; init; }

    public string? Mode { get; init; }

    public IReadOnlyList<string>? Keys { get; init; }

    public string? Target { get; init; }

    public int? IntervalSeconds { get; init; }
}
