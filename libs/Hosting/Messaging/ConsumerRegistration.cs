using Microsoft.Extensions.DependencyInjection;
using Tideway.Hosting.Database;

namespace Tideway.Hosting.Messaging;

/// <summary>A consumer of one kind of event in one service.</summary>
internal abstract class ConsumerRegistration
{
    public required string Service { get; init; }

    /// <summary>What the consumer does in kebab case, for example <c>record-share-granted</c>.</summary>
    public required string Name { get; init; }

    public required ConsumerPolicy Policy { get; init; }

    public abstract Type EventType { get; }

    /// <summary>Whether every replica hears of the event instead of one handling it.</summary>
    public abstract bool IsBroadcast { get; }

    /// <summary>The queue, unique over all services.</summary>
    public string Queue => $"{Service}-{Name}";

    public abstract ServiceDatabase Database(IServiceProvider services);

    public abstract Task InvokeAsync(IServiceProvider services, ReceivedMessage message, ServiceTransaction? transaction, CancellationToken cancellationToken);
}

internal sealed class ConsumerRegistration<TDatabase, TConsumer, TEvent> : ConsumerRegistration
    where TDatabase : ServiceDatabase
    where TConsumer : class, IEventConsumer<TEvent>
    where TEvent : class
{
    public override Type EventType => typeof(TEvent);

    public override bool IsBroadcast => false;

    public override ServiceDatabase Database(IServiceProvider services) => services.GetRequiredService<TDatabase>();

    public override Task InvokeAsync(
        IServiceProvider services,
        ReceivedMessage message,
        ServiceTransaction? transaction,
        CancellationToken cancellationToken
    ) =>
        services
            .GetRequiredService<TConsumer>()
            .ConsumeAsync((TEvent)message.Event, new EventContext(message.MessageId, message.SentAt, transaction!), cancellationToken);
}

internal sealed class BroadcastRegistration<TDatabase, TConsumer, TEvent> : ConsumerRegistration
    where TDatabase : ServiceDatabase
    where TConsumer : class, IBroadcastConsumer<TEvent>
    where TEvent : class
{
    public override Type EventType => typeof(TEvent);

    public override bool IsBroadcast => true;

    public override ServiceDatabase Database(IServiceProvider services) => services.GetRequiredService<TDatabase>();

    public override async Task InvokeAsync(
        IServiceProvider services,
        ReceivedMessage message,
        ServiceTransaction? transaction,
        CancellationToken cancellationToken
    ) => await services.GetRequiredService<TConsumer>().HearAsync((TEvent)message.Event, cancellationToken);
}
