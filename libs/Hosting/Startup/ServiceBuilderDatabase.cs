using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Tideway.Hosting.Database;
using Tideway.Hosting.Messaging;

namespace Tideway.Hosting.Startup;

/// <summary>Registers the database and the consumers of a service.</summary>
public static class ServiceBuilderDatabase
{
    /// <summary>Adds the database of a service with its migrations, outbox and inbox.</summary>
    public static WebApplicationBuilder AddServiceDatabase<TDatabase>(this WebApplicationBuilder builder, Func<DatabaseOptions, TimeProvider, TDatabase> create)
        where TDatabase : ServiceDatabase
    {
        builder.Services.AddSingleton(provider =>
            create(provider.GetRequiredService<IOptions<DatabaseOptions>>().Value, provider.GetRequiredService<TimeProvider>())
        );
        builder.Services.AddSingleton<ServiceDatabase>(provider => provider.GetRequiredService<TDatabase>());
        builder.Services.AddSingleton<IHostedService, OutboxDispatcher<TDatabase>>();
        builder.Services.AddSingleton<IHostedService, InboxCleaner<TDatabase>>();
        builder.Services.AddSingleton<IHostedService, MessagingBacklog<TDatabase>>();
        return builder;
    }

    /// <summary>
    /// Adds a consumer. <paramref name="name"/> says what it does in kebab case; with the service's name it is the queue, so it never changes
    /// once messages may wait there.
    /// </summary>
    public static WebApplicationBuilder AddConsumer<TDatabase, TConsumer, TEvent>(
        this WebApplicationBuilder builder,
        string service,
        string name,
        ConsumerPolicy? policy = null
    )
        where TDatabase : ServiceDatabase
        where TConsumer : class, IEventConsumer<TEvent>
        where TEvent : class
    {
        builder.Services.AddScoped<TConsumer>();
        builder.Services.AddSingleton<ConsumerRegistration>(
            new ConsumerRegistration<TDatabase, TConsumer, TEvent>
            {
                Service = service,
                Name = name,
                Policy = policy ?? ConsumerPolicy.Default,
            }
        );
        return builder;
    }

    /// <summary>Adds something in the memory of each replica that hears of an event.</summary>
    public static WebApplicationBuilder AddBroadcastConsumer<TDatabase, TConsumer, TEvent>(this WebApplicationBuilder builder, string service, string name)
        where TDatabase : ServiceDatabase
        where TConsumer : class, IBroadcastConsumer<TEvent>
        where TEvent : class
    {
        builder.Services.AddScoped<TConsumer>();
        builder.Services.AddSingleton<ConsumerRegistration>(
            new BroadcastRegistration<TDatabase, TConsumer, TEvent>
            {
                Service = service,
                Name = name,
                Policy = ConsumerPolicy.Default,
            }
        );
        return builder;
    }
}
