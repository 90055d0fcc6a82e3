using System.Collections.Concurrent;
using MassTransit;
using RabbitMQ.Client;

namespace Tideway.Hosting.Messaging.RabbitMq;

/// <summary>
/// Declares the queue of every consumer of every service, whichever service starts first. An exchange without queues drops what it is given, so
/// a message published before its consumer's service ever ran would otherwise be lost.
/// </summary>
internal static class RabbitMqTopology
{
    private static readonly ConcurrentDictionary<Type, string> Exchanges = new();

    private static readonly Dictionary<string, object?> QuorumQueue = new(StringComparer.Ordinal) { ["x-queue-type"] = "quorum" };

    public static async Task DeclareAsync(Uri broker, IReadOnlyList<EventSubscription> subscriptions, CancellationToken cancellationToken)
    {
        var factory = new ConnectionFactory { Uri = broker, ClientProvidedName = "tideway-topology" };
        await using var connection = await factory.CreateConnectionAsync(cancellationToken);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        foreach (var (queue, eventType) in subscriptions)
        {
            var messageExchange = MessageExchange(eventType);
            await channel.ExchangeDeclareAsync(messageExchange, ExchangeType.Fanout, durable: true, autoDelete: false, cancellationToken: cancellationToken);
            await channel.ExchangeDeclareAsync(queue, ExchangeType.Fanout, durable: true, autoDelete: false, cancellationToken: cancellationToken);
            await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, QuorumQueue, cancellationToken: cancellationToken);
            await channel.QueueBindAsync(queue, queue, "", cancellationToken: cancellationToken);
            await channel.ExchangeBindAsync(queue, messageExchange, "", cancellationToken: cancellationToken);
        }
    }

    /// <summary>The exchange that MassTransit publishes a type to.</summary>
    public static string MessageExchange(Type eventType) =>
        Exchanges.GetOrAdd(eventType, static type => MessageUrn.ForType(type).ToString()["urn:message:".Length..]);
}
