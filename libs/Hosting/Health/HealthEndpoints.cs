using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Tideway.Hosting.Logging;
using Tideway.Hosting.Telemetry;

namespace Tideway.Hosting.Health;

/// <summary>What an orchestrator and Prometheus ask of a process.</summary>
internal static class HealthEndpoints
{
    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        // Live says only that the process answers: a restart mends none of the things it needs.
        routes.MapGet("/health/live", () => TypedResults.Ok(new Live("live"))).WithName("live").WithTags("health");
        routes.MapGet("/health/ready", ReadyAsync).WithName("ready").WithTags("health");
        routes
            .MapGet("/metrics", (PrometheusMetrics metrics) => TypedResults.Text(metrics.Write(), PrometheusMetrics.ContentType))
            .WithName("metrics")
            .WithTags("health");
    }

    private static async Task<JsonHttpResult<Ready>> ReadyAsync(ReadinessReport report, CancellationToken cancellationToken)
    {
        var (isReady, checks) = await report.MakeAsync(cancellationToken);
        var shown = checks.ToDictionary(
            pair => pair.Key,
            pair => pair.Value with { Description = pair.Value.Description is { } text ? SecretRedaction.Redact(text) : null },
            StringComparer.Ordinal
        );
        return TypedResults.Json(
            new Ready(isReady ? "ready" : "not_ready", shown),
            statusCode: isReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable
        );
    }

    private sealed record Live(string Status);

    private sealed record Ready(string Status, IReadOnlyDictionary<string, CheckResult> Checks);
}
