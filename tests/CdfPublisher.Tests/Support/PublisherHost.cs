using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Tideway.CdfPublisher.Deliveries;
using Tideway.CdfPublisher.Partners;
using Tideway.CdfPublisher.Storage;
using Tideway.CdfPublisher.Tables;
using Tideway.Contracts;
using Tideway.Hosting.Identity;
using Tideway.Hosting.Messaging;
using Tideway.Hosting.Startup;
using Tideway.Hosting.Web;

namespace Tideway.CdfPublisher.Tests.Support;

/// <summary>
/// The service on a database of the test. Unless told otherwise nothing runs in the background: the test makes each step itself, and what is
/// published stays in the outbox to be looked at.
/// </summary>
internal sealed class PublisherHost : IAsyncDisposable
{
    private readonly WebApplication app;
    private HttpClient? client;

    private PublisherHost(WebApplication app) => this.app = app;

    public IServiceProvider Services => app.Services;

    public CdfPublisherDatabase Database => Services.GetRequiredService<CdfPublisherDatabase>();

    public TableWatch Watch => Services.GetRequiredService<TableWatch>();

    public WatchStore Tables => Services.GetRequiredService<WatchStore>();

    public static async Task<PublisherHost> StartAsync(
        TestDatabase database,
        string storageRoot,
        KnownTokens? tokens = null,
        TimeProvider? time = null,
        FakeResolver? resolver = null,
        bool background = false,
        Action<IServiceCollection>? configure = null,
        params string[] settings
    )
    {
        string[] all = [.. Settings(database, storageRoot), .. settings];
        var builder = TidewayHost.CreateBuilder(all, CdfPublisherStartup.Name, EventRouting.All);
        builder.WebHost.UseTestServer();
        builder.Logging.ClearProviders();
        if (time is not null)
            builder.Services.AddSingleton(time);
        builder.AddCdfPublisher();
        builder.Services.AddSingleton<ICredentialSource>(tokens ?? new KnownTokens());
        builder.Services.AddSingleton<IAddressResolver>(resolver ?? new FakeResolver());
        if (!background)
        {
            builder.Services.RemoveAll(typeof(IHostedService), typeof(TableWatcher));
            builder.Services.RemoveAll(typeof(IHostedService), typeof(DeliveryWorker));
            foreach (
                var dispatcher in builder
                    .Services.Where(service => service.ImplementationType?.Name.StartsWith("OutboxDispatcher", StringComparison.Ordinal) == true)
                    .ToList()
            )
                builder.Services.Remove(dispatcher);
        }

        configure?.Invoke(builder.Services);
        var built = builder.Build();
        built.UseTideway();
        built.MapCdfPublisher();
        await built.StartAsync(TestContext.Current.CancellationToken);
        return new PublisherHost(built);
    }

    /// <summary>What every host of the service needs here.</summary>
    public static IReadOnlyList<string> Settings(TestDatabase database, string storageRoot) =>
        [
            .. database.Settings,
            "--Bus:OutboxPollInterval=00:00:00.050",
            "--RecipientAuth:Url=http://127.0.0.1:1",
            "--Public:Url=https://share.example.org",
            $"--Storage:Roots:main={storageRoot}",
            $"--Files:SigningKeys:0={Convert.ToBase64String(new byte[32])}",
            $"--Secrets:Keys:0={Convert.ToBase64String(new byte[32])}",
            "--CdfPublisher:Delivery:AllowInsecureLoopback=true",
        ];

    /// <summary>A client that calls with this token; the name of a role is a token of that role.</summary>
    public HttpClient ClientOf(string? token)
    {
        client ??= app.GetTestClient();
        var own = app.GetTestClient();
        own.DefaultRequestHeaders.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        return own;
    }

    /// <summary>Hands an event to the consumer as the bus would.</summary>
    public async Task ConsumeAsync<TConsumer, TEvent>(TEvent message)
        where TConsumer : IEventConsumer<TEvent>
        where TEvent : class
    {
        await using var scope = Services.CreateAsyncScope();
        await using var transaction = await Database.BeginAsync(TestContext.Current.CancellationToken);
        var context = new EventContext(Guid.CreateVersion7(), DateTimeOffset.UnixEpoch, transaction);
        await scope.ServiceProvider.GetRequiredService<TConsumer>().ConsumeAsync(message, context, TestContext.Current.CancellationToken);
        await transaction.CommitAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>What was published and not sent yet, oldest first.</summary>
    public async Task<IReadOnlyList<T>> PublishedAsync<T>()
    {
        var bodies = await Database.QueryAsync<string>(
            "SELECT body FROM outbox_message WHERE type = @type ORDER BY sequence",
            new { type = $"{typeof(T).FullName}, {typeof(T).Assembly.GetName().Name}" },
            TestContext.Current.CancellationToken
        );
        return [.. bodies.Select(body => JsonSerializer.Deserialize<T>(body, EventJson.Options)!)];
    }

    /// <summary>Looks at every table that is shared, as the watcher would.</summary>
    public async Task CatchUpAsync(bool verify = true)
    {
        await Tables.AddSharedAsync(TestContext.Current.CancellationToken);
        foreach (var table in await Tables.ListAsync(TestContext.Current.CancellationToken))
            await Watch.CatchUpAsync(table, verify, TestContext.Current.CancellationToken);
    }

    /// <summary>A sender that belongs to nobody else, as a replica of its own has it.</summary>
    public DeliveryWorker NewDeliveryWorker() => ActivatorUtilities.CreateInstance<DeliveryWorker>(Services);

    /// <summary>Sends everything that is due, once; returns the number of notices accepted.</summary>
    public async Task<int> DeliverDueAsync(DeliveryWorker? worker = null)
    {
        worker ??= NewDeliveryWorker();
        var accepted = 0;
        foreach (var subscriptionId in await worker.ClaimAsync(100, TestContext.Current.CancellationToken))
            accepted += await worker.SendToAsync(subscriptionId, TestContext.Current.CancellationToken);
        return accepted;
    }

    public async ValueTask DisposeAsync()
    {
        client?.Dispose();
        await app.StopAsync(CancellationToken.None);
        await app.DisposeAsync();
    }
}

internal static class ServiceCollectionRemoval
{
    public static void RemoveAll(this IServiceCollection services, Type serviceType, Type implementationType)
    {
        var found = services.Where(service => service.ServiceType == serviceType && service.ImplementationType == implementationType).ToList();
        found.ShouldNotBeEmpty();
        foreach (var service in found)
            services.Remove(service);
    }
}
