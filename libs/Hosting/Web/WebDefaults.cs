using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;
using Tideway.Hosting.Health;
using Tideway.Hosting.Messaging;
using Tideway.Hosting.Telemetry;

namespace Tideway.Hosting.Web;

/// <summary>What the HTTP side of every process has in common.</summary>
public static class WebDefaults
{
    // What those who stop after the web server have, the outbox's farewell among them.
    private static readonly TimeSpan TimeToStop = TimeSpan.FromSeconds(15);

    /// <summary>
    /// Error bodies, routing, authentication and authorization, health, metrics and the API description. Call it once, before the routes are
    /// mapped.
    /// </summary>
    public static WebApplication UseTideway(this WebApplication app)
    {
        // It counts from the moment it is made.
        app.Services.GetRequiredService<PrometheusMetrics>();
        var drain = app.Services.GetRequiredService<RequestDrain>();
        app.Use(next => context => drain.RunAsync(context, next));
        app.UseForwardedHeaders();
        app.UseMiddleware<ErrorResponses>();
        app.UseRouting();
        app.UseAuthentication();
        app.UseAuthorization();
        app.MapOpenApi("/openapi/{documentName}.json");
        app.MapHealth();
        app.MapParkedMessages();
        return app;
    }

    internal static void AddWebDefaults(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<WebOptions>().BindConfiguration(WebOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<PublicOptions>().BindConfiguration(PublicOptions.Section).ValidateDataAnnotations();
        services.AddSingleton<RequestDrain>();
        services.AddOptions<HostOptions>().Configure<IOptions<WebOptions>>((host, web) => host.ShutdownTimeout = web.Value.DrainTimeout + TimeToStop);
        services.AddProblemDetails();
        services.AddOpenApi("v1", description => description.AddOperationTransformer(NameOnce));
        services.ConfigureHttpJsonOptions(json => ManagementJson.Apply(json.SerializerOptions));
        // Without this a request that cannot be bound is a bare 400 that says nothing.
        services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        services.AddOptions<KestrelServerOptions>().Configure<IOptions<WebOptions>>(Limit);
        services.AddOptions<ForwardedHeadersOptions>().Configure<IOptions<WebOptions>>(Trust);
    }

    // An endpoint that answers HEAD as GET has one name, and an id may be only one operation's.
    private static Task NameOnce(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var methods = context.Description.ActionDescriptor.EndpointMetadata.OfType<IHttpMethodMetadata>().LastOrDefault()?.HttpMethods ?? [];
        if (methods.Count > 1 && context.Description.HttpMethod == HttpMethods.Head)
            operation.OperationId = null;
        return Task.CompletedTask;
    }

    private static void Limit(KestrelServerOptions kestrel, IOptions<WebOptions> options)
    {
        kestrel.Limits.MaxRequestBodySize = options.Value.MaxRequestBodyBytes;
        kestrel.Limits.MaxRequestHeadersTotalSize = options.Value.MaxRequestHeaderBytes;
        kestrel.Limits.MaxRequestHeaderCount = 100;
        kestrel.Limits.RequestHeadersTimeout = options.Value.RequestHeadersTimeout;
        kestrel.Limits.KeepAliveTimeout = options.Value.KeepAliveTimeout;
        kestrel.Limits.MaxConcurrentConnections = options.Value.MaxConnections;
        var slowest = new MinDataRate(options.Value.MinBodyBytesPerSecond, options.Value.BodyGrace);
        kestrel.Limits.MinRequestBodyDataRate = slowest;
        kestrel.Limits.MinResponseDataRate = slowest;
    }

    private static void Trust(ForwardedHeadersOptions forwarded, IOptions<WebOptions> options)
    {
        forwarded.KnownIPNetworks.Clear();
        forwarded.KnownProxies.Clear();
        forwarded.ForwardLimit = null;
        forwarded.ForwardedHeaders = ForwardedHeaders.None;
        foreach (var proxy in options.Value.TrustedProxies)
        {
            if (WebOptions.TryParseNetwork(proxy, out var network))
                forwarded.KnownIPNetworks.Add(network);
            forwarded.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;
        }
    }
}
