using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Tideway.Hosting.Startup;

namespace Tideway.Hosting.Telemetry;

/// <summary>Sends traces and metrics over OTLP where <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> says where to; the other <c>OTEL_</c> settings hold too.</summary>
internal sealed class TelemetryExport(IConfiguration configuration, ProcessIdentity identity) : IHostedService
{
    public const string EndpointSetting = "OTEL_EXPORTER_OTLP_ENDPOINT";

    public static readonly string[] Sources = ["Tideway.*", "Microsoft.AspNetCore", "System.Net.Http", "MassTransit"];
    public static readonly string[] Meters = ["Tideway.*", "Microsoft.AspNetCore.*", "System.Net.Http", "System.Runtime", "MassTransit"];

    /// <summary>Counts every block of every buffer of a connection, which costs more than the figures are worth.</summary>
    public const string NoisyMeter = "Microsoft.AspNetCore.MemoryPool";

    private TracerProvider? traces;
    private MeterProvider? metrics;

    public bool IsOn => !string.IsNullOrWhiteSpace(configuration[EndpointSetting]);

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (!IsOn)
            return Task.CompletedTask;
        var resource = ResourceBuilder
            .CreateDefault()
            .AddService(identity.Name, serviceNamespace: "tideway", serviceVersion: typeof(TelemetryExport).Assembly.GetName().Version?.ToString())
            .AddEnvironmentVariableDetector();
        traces = Sdk.CreateTracerProviderBuilder()
            .ConfigureServices(services => services.AddSingleton(configuration))
            .SetResourceBuilder(resource)
            .AddSource(Sources)
            .AddOtlpExporter()
            .Build();
        metrics = Sdk.CreateMeterProviderBuilder()
            .ConfigureServices(services => services.AddSingleton(configuration))
            .SetResourceBuilder(resource)
            .AddMeter(Meters)
            .AddView(instrument => string.Equals(instrument.Meter.Name, NoisyMeter, StringComparison.Ordinal) ? MetricStreamConfiguration.Drop : null)
            .AddOtlpExporter()
            .Build();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        // Disposing sends what is left.
        traces?.Dispose();
        metrics?.Dispose();
        return Task.CompletedTask;
    }
}
