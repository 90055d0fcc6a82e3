using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Tideway.Hosting.Tests.Hosts;
using Tideway.Testing;

namespace Tideway.Hosting.Tests.Telemetry;

public sealed class TelemetryExportTests
{
    [Fact]
    public async Task Traces_and_metrics_go_where_the_endpoint_says()
    {
        var received = new ConcurrentDictionary<string, string>(StringComparer.Ordinal);
        await using var collector = await TestProcess.StartAsync(map: app =>
            app.MapPost(
                "/v1/{signal}",
                async (string signal, HttpRequest request) =>
                {
                    using var body = new MemoryStream();
                    await request.Body.CopyToAsync(body);
                    received.AddOrUpdate(
                        signal,
                        _ => Encoding.Latin1.GetString(body.ToArray()),
                        (_, before) => before + Encoding.Latin1.GetString(body.ToArray())
                    );
                }
            )
        );
        using var source = new ActivitySource("Tideway.TelemetryExportTests");

        await using (
            await TestProcess.StartAsync(
                settings: ["--OTEL_EXPORTER_OTLP_ENDPOINT=" + collector.Client.BaseAddress, "--OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf"]
            )
        )
        {
            using var activity = source.StartActivity("an activity of ours");
            activity.ShouldNotBeNull();
        }

        await Eventually.Async(() => received.ContainsKey("traces") && received.ContainsKey("metrics"));
        received["traces"].ShouldContain("an activity of ours");
        received["traces"].ShouldContain("service.name");
        received["metrics"].ShouldContain("dotnet.");
    }
}
