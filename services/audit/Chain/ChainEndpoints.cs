using Microsoft.AspNetCore.Http.HttpResults;
using Tideway.Audit.Query;
using Tideway.Audit.Records;
using Tideway.Audit.Storage;
using Tideway.Hosting.Identity;
using Tideway.Hosting.Web;

namespace Tideway.Audit.Chain;

/// <summary>Checking that the record is as it was written.</summary>
internal static class ChainEndpoints
{
    public static void MapChain(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/tideway/v1/audit").RequireRoles(Roles.Auditor).WithTags("audit");
        group
            .MapGet("/verify", VerifyAsync)
            .WithName("verifyAuditChain")
            .WithSummary("Walks the hash chain and names the first broken record")
            .Produces<ChainState>();
        group
            .MapGet("/head", HeadAsync)
            .WithName("getAuditHead")
            .WithSummary("The last record of the chain, without looking at the others")
            .Produces<ChainHead>();
    }

    private static async Task<Results<JsonHttpResult<ChainState>, ProblemHttpResult>> VerifyAsync(
        HttpRequest request,
        ChainVerification chain,
        ILogger<ChainVerification> logger,
        CancellationToken cancellationToken
    )
    {
        if (!AuditEndpoints.TryReadNumber(request.Query, "from_sequence", 1, long.MaxValue, out var first, out var problem))
            return Problems.Invalid(problem);
        if (!AuditEndpoints.TryReadNumber(request.Query, "to_sequence", first ?? 1, long.MaxValue, out var last, out problem))
            return Problems.Invalid(problem);
        var state = await chain.VerifyAsync(first ?? 1, last ?? long.MaxValue, cancellationToken);
        if (state.FirstBroken is { } broken)
            Log.ChainBroken(logger, broken.Sequence, broken.Reason);
        return TypedResults.Json(state, AuditJson.Options);
    }

    private static async Task<JsonHttpResult<ChainHead>> HeadAsync(AuditDatabase database, CancellationToken cancellationToken)
    {
        var head = await database.QueryFirstOrDefaultAsync<ChainEnd>(RecordSql.Head, null, cancellationToken) ?? ChainEnd.OfEmpty;
        return TypedResults.Json(new ChainHead(head.Sequence, Convert.ToHexStringLower(head.Hash)), AuditJson.Options);
    }
}

/// <summary>The last record of the chain.</summary>
/// <param name="Sequence">Its place; 0 where there is none yet.</param>
/// <param name="Hash">Its hash in lower-case hex. Kept elsewhere, it proves later that nothing was cut off the end.</param>
internal sealed record ChainHead(long Sequence, string Hash);
