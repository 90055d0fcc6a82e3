using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Tideway.Contracts.InboundSync;
using Tideway.DeltaSharing.Client;
using Tideway.DeltaSharing.Protocol;
using Tideway.Hosting.Identity;
using Tideway.Hosting.Web;
using Tideway.InboundSync.Providers;
using Tideway.InboundSync.Runs;
using Tideway.InboundSync.Storage;
using Tideway.ObjectStorage;

namespace Tideway.InboundSync.Syncs;

/// <summary>Management of syncs.</summary>
internal static class SyncsEndpoints
{
    private const int ShortestInterval = 5;
    private const int LongestInterval = 7 * 24 * 3600;
    private const int DefaultInterval = 300;

    public static RouteGroupBuilder MapSyncs(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/tideway/v1/syncs").RequireRoles(Roles.InboundOperator).WithTags("Syncs");
        group
            .MapPost("/", Create)
            .WithName("createSync")
            .WithSummary("Creates a sync. The provider is asked whether the table and the key columns are there, unless validate=false");
        group.MapGet("/", List).WithName("listSyncs");
        group.MapGet("/{name}", Get).WithName("getSync");
        group.MapDelete("/{name}", Delete).WithName("deleteSync");
        group.MapPost("/{name}/run", Run).WithName("runSync");
        group.MapSyncRuns();
        return group;
    }

    private static async Task<Results<Created<SyncInfo>, ProblemHttpResult>> Create(
        CreateSync request,
        HttpContext context,
        IProviderStore providers,
        ISyncStore store,
        StorageRoots roots,
        InboundSyncDatabase database,
        SyncQueue queue,
        RemoteCheck remote,
        TimeProvider time,
        CancellationToken cancellationToken,
        bool validate = true
    )
    {
        if (Fault(request) is { } fault)
            return Problems.Invalid(fault);
        if (await providers.FindAsync(request.Provider!, cancellationToken) is not { } provider)
            return Problems.NotFound("PROVIDER_DOES_NOT_EXIST", $"provider: there is no provider named '{request.Provider}'.");
        StorageLocation target;
        try
        {
            target = roots.Resolve(request.Target!);
        }
        catch (ObjectStorageException exception)
        {
            return Problems.Invalid($"target: {exception.Message}");
        }

        if (!target.Uri.IsFile)
            return Problems.Invalid($"target: syncs write to roots on a local disk; '{target.Uri}' lies in an object store.");

        var now = time.GetUtcNow();
        var actor = context.User.Identity!.Name!;
        var sync = new Sync
        {
            SyncId = Guid.CreateVersion7(now),
            Name = request.Name!,
            ProviderId = provider.ProviderId,
            ProviderName = provider.Name,
            Share = request.Share!,
            SchemaName = request.Schema!,
            TableName = request.Table!,
            Mode = request.Mode!,
            KeyColumns = JsonSerializer.Serialize(request.Keys ?? []),
            TargetLocation = target.Uri.AbsoluteUri,
            TargetRoot = target.RootName,
            IntervalSeconds = request.IntervalSeconds ?? DefaultInterval,
            DueAt = now,
            DueTrigger = SyncTrigger.Request,
            CreatedAt = now,
            CreatedBy = actor,
        };
        if (await store.FindAsync(sync.Name, cancellationToken) is not null)
            return Problems.Conflict("SYNC_ALREADY_EXISTS", $"There is a sync named '{sync.Name}' already.");
        if (await store.FindByTargetAsync(sync.TargetLocation, cancellationToken) is { } other)
            return Problems.Conflict(
                "RESOURCE_ALREADY_EXISTS",
                $"target: sync '{other.Name}' writes to {other.TargetLocation} already; a table has one writer."
            );
        if (
            validate
            && await remote.FindFaultAsync(provider, new SharedTableName(sync.Share, sync.SchemaName, sync.TableName), sync.Mode, sync.Keys, cancellationToken)
                is { } problem
        )
            return problem;
        await using var transaction = await database.BeginAsync(cancellationToken);
        if (!await store.AddAsync(transaction, sync, cancellationToken))
            return Problems.Conflict("RESOURCE_ALREADY_EXISTS", $"A sync of that name or target was created at the same time; nothing was done.");

        transaction.Publish(
            new SyncCreated
            {
                SyncId = sync.SyncId,
                SyncName = sync.Name,
                ProviderName = provider.Name,
                Share = sync.Share,
                Schema = sync.SchemaName,
                Table = sync.TableName,
                Mode = sync.Mode,
                TargetLocation = sync.TargetLocation,
                Actor = actor,
                OccurredAt = now,
            }
        );
        transaction.OnCommitted(queue.Wake);
        await transaction.CommitAsync(cancellationToken);
        return TypedResults.Created($"/api/tideway/v1/syncs/{Uri.EscapeDataString(sync.Name)}", SyncInfo.Of(sync, null, now));
    }

    private static async Task<Results<Ok<SyncPage>, ProblemHttpResult>> List(
        ISyncStore store,
        InboundSyncDatabase database,
        TimeProvider time,
        CancellationToken cancellationToken,
        int? max_results = null,
        string? page_token = null
    )
    {
        if (PageRequest.Read(max_results, page_token, out var page) is { } problem)
            return problem;
        var rows = await store.ListAsync(page.After, page.Limit + 1, cancellationToken);
        var runs = await LastRunsAsync(database, rows, cancellationToken);
        var syncs = rows.Take(page.Limit)
            .Select(sync => SyncInfo.Of(sync, sync.LastRunId is { } id ? runs.GetValueOrDefault(id) : null, time.GetUtcNow()))
            .ToList();
        return TypedResults.Ok(
            new SyncPage
            {
                Syncs = syncs,
                NextPageToken = rows.Count > page.Limit ? PageRequest.TokenAfter(rows[page.Limit - 1].Name.ToLowerInvariant()) : null,
            }
        );
    }

    private static async Task<Results<Ok<SyncInfo>, ProblemHttpResult>> Get(
        string name,
        ISyncStore store,
        InboundSyncDatabase database,
        TimeProvider time,
        CancellationToken cancellationToken
    ) =>
        await store.FindAsync(name, cancellationToken) is { } sync
            ? TypedResults.Ok(SyncInfo.Of(sync, (await LastRunsAsync(database, [sync], cancellationToken)).Values.SingleOrDefault(), time.GetUtcNow()))
            : Unknown(name);

    private static async Task<Results<NoContent, ProblemHttpResult>> Delete(
        string name,
        HttpContext context,
        ISyncStore store,
        InboundSyncDatabase database,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        if (await store.FindAsync(name, cancellationToken) is not { } sync)
            return Unknown(name);
        await using var transaction = await database.BeginAsync(cancellationToken);
        await store.DeleteAsync(transaction, sync.SyncId, cancellationToken);
        transaction.Publish(
            new SyncDeleted
            {
                SyncId = sync.SyncId,
                SyncName = sync.Name,
                ProviderName = sync.ProviderName,
                Share = sync.Share,
                Schema = sync.SchemaName,
                Table = sync.TableName,
                Actor = context.User.Identity!.Name!,
                OccurredAt = time.GetUtcNow(),
            }
        );
        await transaction.CommitAsync(cancellationToken);
        return TypedResults.NoContent();
    }

    /// <summary>Asks for a run, now; one that is under way is followed by another. Asked for twice before it begins, it is the same.</summary>
    private static async Task<Results<Accepted<SyncRunInfo>, ProblemHttpResult>> Run(
        string name,
        ISyncStore store,
        InboundSyncDatabase database,
        SyncQueue queue,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        if (await store.FindAsync(name, cancellationToken) is not { } sync)
            return Unknown(name);
        var now = time.GetUtcNow();
        var run = new SyncRun
        {
            RunId = Guid.CreateVersion7(now),
            SyncId = sync.SyncId,
            Trigger = SyncTrigger.Request,
            State = SyncRun.Queued,
            StartedAt = now,
        };
        await using var transaction = await database.BeginAsync(cancellationToken);
        await transaction.ExecuteAsync(SyncRunSql.Insert, run, cancellationToken);
        var queued = (await transaction.QueryFirstOrDefaultAsync<SyncRun>(SyncRunSql.FindQueued, new { syncId = sync.SyncId }, cancellationToken))!;
        await store.MakeDueAsync(transaction, sync.SyncId, SyncTrigger.Request, now, cancellationToken);
        transaction.OnCommitted(queue.Wake);
        await transaction.CommitAsync(cancellationToken);
        return TypedResults.Accepted($"/api/tideway/v1/syncs/{Uri.EscapeDataString(sync.Name)}/runs/{queued.RunId}", SyncRunInfo.Of(queued));
    }

    private static string? Fault(CreateSync request)
    {
        if (SharingName.FindObjectFault(request.Name) is { } name)
            return $"name: {name}.";
        if (string.IsNullOrWhiteSpace(request.Provider))
            return "provider: expected the name of a provider, got nothing.";
        if (SharingName.FindShareFault(request.Share) is { } share)
            return $"share: {share}.";
        if (SharingName.FindObjectFault(request.Schema) is { } schema)
            return $"schema: {schema}.";
        if (SharingName.FindObjectFault(request.Table) is { } table)
            return $"table: {table}.";
        if (request.Mode is null || !SyncMode.All.Contains(request.Mode))
            return $"mode: expected one of {string.Join(", ", SyncMode.All)}, got '{request.Mode}'.";
        if (string.IsNullOrWhiteSpace(request.Target))
            return "target: expected the location of the local table, got nothing.";
        if (request.Mode == SyncMode.Merge && request.Keys is not { Count: > 0 })
            return "keys: mode merge needs the columns that tell rows apart, got none.";
        if (request.Keys?.Any(string.IsNullOrWhiteSpace) == true)
            return "keys: expected names of columns, got an empty one.";
        return request.IntervalSeconds is < ShortestInterval or > LongestInterval
            ? $"interval_seconds: expected {ShortestInterval} to {LongestInterval}, got {request.IntervalSeconds}."
            : null;
    }

    private static async Task<Dictionary<Guid, SyncRun>> LastRunsAsync(
        InboundSyncDatabase database,
        IReadOnlyList<Sync> syncs,
        CancellationToken cancellationToken
    )
    {
        var runIds = syncs.Where(sync => sync.LastRunId is not null).Select(sync => sync.LastRunId!.Value).ToList();
        var runs = runIds.Count == 0 ? [] : await database.QueryAsync<SyncRun>(SyncRunSql.FindMany(runIds), null, cancellationToken);
        return runs.ToDictionary(run => run.RunId);
    }

    internal static ProblemHttpResult Unknown(string name) => Problems.NotFound("SYNC_DOES_NOT_EXIST", $"There is no sync named '{name}'.");
}
