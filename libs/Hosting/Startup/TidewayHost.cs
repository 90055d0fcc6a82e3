using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Tideway.Hosting.Cache;
using Tideway.Hosting.Database;
using Tideway.Hosting.Health;
using Tideway.Hosting.Identity;
using Tideway.Hosting.Logging;
using Tideway.Hosting.Messaging;
using Tideway.Hosting.Messaging.InProcess;
using Tideway.Hosting.Messaging.RabbitMq;
using Tideway.Hosting.Secrets;
using Tideway.Hosting.Telemetry;
using Tideway.Hosting.Web;

namespace Tideway.Hosting.Startup;

/// <summary>What every Tideway process has: configuration checked at start, logs, traces, metrics, health, databases and the bus.</summary>
public static class TidewayHost
{
    /// <summary>
    /// A web application with the defaults of a Tideway process. <paramref name="routing"/> names every consumer of the organisation, so that
    /// no event is lost whichever service starts first.
    /// </summary>
    public static WebApplicationBuilder CreateBuilder(string[] args, string processName, IReadOnlyList<(string Queue, Type EventType)> routing)
    {
        // To notice a changed settings file, everything below the working directory would be watched: databases too, with an event for each write.
        var builder = WebApplication.CreateBuilder(["--hostBuilder:reloadConfigOnChange=false", .. args]);
        builder.AddTidewayDefaults(processName, routing);
        return builder;
    }

    private static void AddTidewayDefaults(this WebApplicationBuilder builder, string processName, IReadOnlyList<(string Queue, Type EventType)> routing)
    {
        var services = builder.Services;
        builder.AddLoggingDefaults(processName);
        services.AddSingleton(new ProcessIdentity(processName));
        services.TryAddSingleton(TimeProvider.System);
        services.AddOptions<DatabaseOptions>().BindConfiguration(DatabaseOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<BusOptions>().BindConfiguration(BusOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton(provider => new EventSubscriptions(
            routing.Select(r => new EventSubscription(r.Queue, r.EventType)),
            provider.GetServices<ConsumerRegistration>()
        ));
        services.AddSingleton<ConsumerPipeline>();
        services.AddSingleton(provider => new OutboxGathering(provider.GetRequiredService<IOptions<BusOptions>>(), TimeProvider.System));
        services.AddSingleton<ParkedMessages>();
        services.AddOptions<SecretOptions>().BindConfiguration(SecretOptions.Section).ValidateDataAnnotations();
        services.AddSingleton<SecretProtector>();
        services.AddSingleton<InProcessTransport>();
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<RabbitMqBus>(provider));
        services.AddSingleton<IEventTransport>(provider =>
            UsesRabbitMq(provider) ? provider.GetRequiredService<RabbitMqBus>() : provider.GetRequiredService<InProcessTransport>()
        );
        services.AddSingleton(provider => (IBusStatus)provider.GetRequiredService<IEventTransport>());
        // Migrations come before anything that uses a database, and the bus before what sends through it: hosted services start in order.
        services.AddHostedService<DatabaseMigrator>();
        services.AddOptions<RedisOptions>().BindConfiguration(RedisOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<MemoryCache>();
        services.AddSingleton<ISharedCache>(provider =>
            string.IsNullOrWhiteSpace(provider.GetRequiredService<IOptions<RedisOptions>>().Value.Endpoint)
                ? provider.GetRequiredService<MemoryCache>()
                : ActivatorUtilities.CreateInstance<RedisCache>(provider)
        );
        services.AddSingleton<PrometheusMetrics>();
        services.AddSingleton<ReadinessReport>();
        services.AddHostedService<TelemetryExport>();
        services.AddIdentityDefaults();
        builder.AddWebDefaults();
        services.AddSingleton<IHostedService>(provider =>
        {
            // Making them checks the consumers of this process, whichever bus there is.
            provider.GetRequiredService<EventSubscriptions>();
            return UsesRabbitMq(provider) ? provider.GetRequiredService<RabbitMqBus>() : new NoBus();
        });
    }

    private static bool UsesRabbitMq(IServiceProvider provider) => provider.GetRequiredService<IOptions<BusOptions>>().Value.Transport == BusTransport.RabbitMq;

    private sealed class NoBus : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}

/// <summary>What this process calls itself in logs, traces and metrics, for example <c>audit</c> or <c>standalone</c>.</summary>
public sealed record ProcessIdentity(string Name);
