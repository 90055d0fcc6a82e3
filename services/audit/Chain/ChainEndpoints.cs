using Microsoft.AspNetCore.Http.HttpResults;
using Tideway.Audit.Query;
using Tideway.Hosting.Identity;
using Tideway.Hosting.Web;

namespace Tideway.Audit.Chain;

/// <summary>Checking that the record is as it was written.</summary>
internal static class ChainEndpoints
{
    public static void MapChain(this IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/api/tideway/v1/audit/verify", VerifyAsync)
            .RequireRoles(Roles.Auditor)
            .WithTags("audit")
            .WithName("verifyAuditChain")
            .WithSummary("Walks the hash chain and names the first broken record")
            .Produces<ChainState>();

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
}
