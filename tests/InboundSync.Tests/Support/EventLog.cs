using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Tideway.Contracts.InboundSync;
using Tideway.Hosting.Messaging;
using Tideway.Hosting.Startup;
using Tideway.InboundSync.Storage;

namespace Tideway.InboundSync.Tests.Support;

/// <summary>The events that the service published, as another service of the organisation gets them.</summary>
internal sealed class EventLog
{
    private readonly ConcurrentQueue<object> events = new();

    public static void AddTo(WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<EventLog>();
        Add<ProviderCreated>("provider-created");
        Add<ProviderUpdated>("provider-updated");
        Add<ProviderDeleted>("provider-deleted");
        Add<SyncCreated>("sync-created");
        Add<SyncDeleted>("sync-deleted");
        Add<SyncStarted>("sync-started");
        Add<SyncCompleted>("sync-completed");
        Add<SyncFailed>("sync-failed");
        Add<SyncGapDetected>("sync-gap-detected");
        Add<RowsQuarantined>("rows-quarantined");
        Add<PartnerEventReceived>("partner-event-received");

        void Add<TEvent>(string name)
            where TEvent : class => builder.AddConsumer<InboundSyncDatabase, Keep<TEvent>, TEvent>("audit", "record-" + name);
    }

    public IReadOnlyList<T> Of<T>() => [.. events.OfType<T>()];

    /// <summary>Waits until there are as many events of a kind.</summary>
    public async Task<IReadOnlyList<T>> WaitForAsync<T>(int count = 1)
    {
        await Tideway.Testing.Eventually.Async(() => Of<T>().Count >= count, because: $"{count} events {typeof(T).Name}");
        return Of<T>();
    }

    private sealed class Keep<TEvent>(EventLog log) : IEventConsumer<TEvent>
        where TEvent : class
    {
        public Task ConsumeAsync(TEvent message, EventContext context, CancellationToken cancellationToken)
        {
            log.events.Enqueue(message);
            return Task.CompletedTask;
        }
    }
}
