using Microsoft.AspNetCore.Http.HttpResults;
using Tideway.Audit.Query;
using Tideway.Hosting.Identity;

namespace Tideway.Audit.Health;

/// <summary>The state of both directions.</summary>
internal static class HealthEndpoints
{
    public static void MapHealth(this IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/api/tideway/v1/health", GetAsync)
            .RequireRoles(Roles.Auditor, Roles.Steward, Roles.OutboundOperator, Roles.InboundOperator)
            .WithTags("health")
            .WithName("getHealth")
            .WithSummary("Last accesses by share and recipient, refusals of the last 24 hours, and the state of every sync")
            .Produces<HealthSummary>();

    /// <summary>An operator of one direction sees that one only.</summary>
    private static async Task<JsonHttpResult<HealthSummary>> GetAsync(HttpContext context, HealthReader health, CancellationToken cancellationToken)
    {
        var both = context.User.IsInRole(Roles.Admin) || context.User.IsInRole(Roles.Auditor) || context.User.IsInRole(Roles.Steward);
        var outbound = both || context.User.IsInRole(Roles.OutboundOperator);
        var inbound = both || context.User.IsInRole(Roles.InboundOperator);
        return TypedResults.Json(await health.ReadAsync(outbound, inbound, cancellationToken), AuditJson.Options);
    }
}
