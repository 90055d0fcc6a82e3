using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Tideway.Hosting.Web;
using Tideway.InboundSync.Storage;
using Tideway.InboundSync.Syncs;

namespace Tideway.InboundSync.Runs;

/// <summary>What the runs of a sync did, and what was set aside.</summary>
internal static class SyncRunsEndpoints
{
    public static void MapSyncRuns(this RouteGroupBuilder syncs)
    {
        syncs.MapGet("/{name}/runs", List).WithName("listSyncRuns");
        syncs.MapGet("/{name}/runs/{runId:guid}", Get).WithName("getSyncRun");
        syncs.MapGet("/{name}/quarantine", Quarantine).WithName("listQuarantine");
    }

    private static async Task<Results<Ok<SyncRunPage>, ProblemHttpResult>> List(
        string name,
        ISyncStore store,
        InboundSyncDatabase database,
        CancellationToken cancellationToken,
        int? max_results = null,
        string? page_token = null
    )
    {
        if (PageRequest.Read(max_results, page_token, out var page) is { } problem)
            return problem;
        if (await store.FindAsync(name, cancellationToken) is not { } sync)
            return SyncsEndpoints.Unknown(name);
        var runs = await database.QueryAsync<SyncRun>(
            SyncRunSql.Page,
            new
            {
                syncId = sync.SyncId,
                before = page.After,
                limit = page.Limit + 1,
            },
            cancellationToken
        );
        return TypedResults.Ok(
            new SyncRunPage
            {
                Runs = [.. runs.Take(page.Limit).Select(SyncRunInfo.Of)],
                NextPageToken = runs.Count > page.Limit ? PageRequest.TokenAfter(runs[page.Limit - 1].RunId.ToString()) : null,
            }
        );
    }

    private static async Task<Results<Ok<SyncRunInfo>, ProblemHttpResult>> Get(
        string name,
        Guid runId,
        ISyncStore store,
        InboundSyncDatabase database,
        CancellationToken cancellationToken
    )
    {
        if (await store.FindAsync(name, cancellationToken) is not { } sync)
            return SyncsEndpoints.Unknown(name);
        var run = await database.QueryFirstOrDefaultAsync<SyncRun>(SyncRunSql.Find, new { runId, syncId = sync.SyncId }, cancellationToken);
        return run is null ? Problems.NotFound("RUN_DOES_NOT_EXIST", $"Sync '{sync.Name}' has no run {runId}.") : TypedResults.Ok(SyncRunInfo.Of(run));
    }

    private static async Task<Results<Ok<QuarantinePage>, ProblemHttpResult>> Quarantine(
        string name,
        ISyncStore store,
        InboundSyncDatabase database,
        CancellationToken cancellationToken,
        int? max_results = null,
        string? page_token = null
    )
    {
        if (PageRequest.Read(max_results, page_token, out var page) is { } problem)
            return problem;
        if (await store.FindAsync(name, cancellationToken) is not { } sync)
            return SyncsEndpoints.Unknown(name);
        var batches = await database.QueryAsync<QuarantinedBatch>(
            SyncRunSql.Quarantined,
            new
            {
                syncId = sync.SyncId,
                before = page.After,
                limit = page.Limit + 1,
            },
            cancellationToken
        );
        return TypedResults.Ok(
            new QuarantinePage
            {
                Batches = [.. batches.Take(page.Limit).Select(QuarantinedBatchInfo.Of)],
                NextPageToken = batches.Count > page.Limit ? PageRequest.TokenAfter(batches[page.Limit - 1].BatchId.ToString()) : null,
            }
        );
    }
}

/// <summary>A run as the management API shows it. Times are milliseconds since 1970.</summary>
internal sealed record SyncRunInfo
{
    public required Guid RunId { get; init; }

    public required string Trigger { get; init; }

    public required string State { get; init; }

    public required long StartedAt { get; init; }

    public long? FinishedAt { get; init; }

    public long? FromVersion { get; init; }

    public long? ToVersion { get; init; }

    public long? LocalVersion { get; init; }

    public required long FilesTotal { get; init; }

    public required long FilesDone { get; init; }

    public required long BytesTotal { get; init; }

    public required long BytesDone { get; init; }

    public long? RowsInserted { get; init; }

    public long? RowsUpdated { get; init; }

    public long? RowsDeleted { get; init; }

    public required bool WholeTable { get; init; }

    public string? Reason { get; init; }

    public required IReadOnlyList<string> RequestIds { get; init; }

    public static SyncRunInfo Of(SyncRun run) =>
        new()
        {
            RunId = run.RunId,
            Trigger = run.Trigger,
            State = run.State,
            StartedAt = run.StartedAt.ToUnixTimeMilliseconds(),
            FinishedAt = run.FinishedAt?.ToUnixTimeMilliseconds(),
            FromVersion = run.FromVersion,
            ToVersion = run.ToVersion,
            LocalVersion = run.LocalVersion,
            FilesTotal = run.FilesTotal,
            FilesDone = run.FilesDone,
            BytesTotal = run.BytesTotal,
            BytesDone = run.BytesDone,
            RowsInserted = run.RowsInserted,
            RowsUpdated = run.RowsUpdated,
            RowsDeleted = run.RowsDeleted,
            WholeTable = run.WholeTable,
            Reason = run.Reason,
            RequestIds = JsonSerializer.Deserialize<string[]>(run.RequestIds)!,
        };
}

internal sealed record SyncRunPage
{
    public required IReadOnlyList<SyncRunInfo> Runs { get; init; }

    public string? NextPageToken { get; init; }
}

/// <summary>A batch that could not be applied.</summary>
internal sealed record QuarantinedBatch
{
    public required Guid BatchId { get; init; }

    public required Guid RunId { get; init; }

    public required long FromVersion { get; init; }

    public required long ToVersion { get; init; }

    public long? RowCount { get; init; }

    public required string Reason { get; init; }

    public required DateTimeOffset QuarantinedAt { get; init; }
}

/// <summary>A batch that could not be applied, as the management API shows it.</summary>
internal sealed record QuarantinedBatchInfo
{
    public required Guid BatchId { get; init; }

    public required Guid RunId { get; init; }

    public required long FromVersion { get; init; }

    public required long ToVersion { get; init; }

    public long? RowCount { get; init; }

    public required string Reason { get; init; }

    public required long QuarantinedAt { get; init; }

    public static QuarantinedBatchInfo Of(QuarantinedBatch batch) =>
        new()
        {
            BatchId = batch.BatchId,
            RunId = batch.RunId,
            FromVersion = batch.FromVersion,
            ToVersion = batch.ToVersion,
            RowCount = batch.RowCount,
            Reason = batch.Reason,
            QuarantinedAt = batch.QuarantinedAt.ToUnixTimeMilliseconds(),
        };
}

internal sealed record QuarantinePage
{
    public required IReadOnlyList<QuarantinedBatchInfo> Batches { get; init; }

    public string? NextPageToken { get; init; }
}
