using System.Text.Json;
using RabbitMQ.Client;

namespace Tideway.Hosting.Messaging.RabbitMq;

/// <summary>
/// Publishes events with confirms, hundreds at a time, to the exchanges that MassTransit's endpoints are bound to. MassTransit itself is made for one
/// message at a time with a pipeline around each, which costs several times as much. Used by one caller at a time.
/// </summary>
internal sealed class RabbitMqPublisher(Uri broker, IReadOnlyList<EventSubscription> subscriptions) : IAsyncDisposable
{
    private readonly HashSet<Type> consumed = [.. subscriptions.Select(subscription => subscription.EventType)];
    private readonly SemaphoreSlim turn = new(1, 1);
    private readonly HashSet<Type> declared = [];
    private IConnection? connection;
    private IChannel? channel;

    /// <summary>Completes when the broker has confirmed every message; throws where one could not be confirmed or found no queue.</summary>
    public async Task PublishAsync(IReadOnlyList<ReceivedMessage> messages, CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken);
        try
        {
            var open = await OpenAsync(cancellationToken);
            foreach (var type in messages.Select(message => message.Event.GetType()).Where(declared.Add))
                await open.ExchangeDeclareAsync(
                    RabbitMqTopology.MessageExchange(type),
                    ExchangeType.Fanout,
                    durable: true,
                    autoDelete: false,
                    cancellationToken: cancellationToken
                );
            await Task.WhenAll(messages.Select(message => PublishAsync(open, message, cancellationToken)));
        }
        catch
        {
            // What the broker took is not known, and the channel may be closed: begin anew. The inbox leaves out what comes twice.
            await CloseAsync();
            throw;
        }
        finally
        {
            turn.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        turn.Dispose();
    }

    private Task PublishAsync(IChannel open, ReceivedMessage message, CancellationToken cancellationToken)
    {
        var type = message.Event.GetType();
        var headers = new Dictionary<string, object?>(StringComparer.Ordinal) { [RabbitMqEndpoint.OutboxTimeHeader] = message.SentAt.ToString("O") };
        if (message.TraceParent is not null)
            headers[RabbitMqEndpoint.TraceHeader] = message.TraceParent;
        var properties = new BasicProperties
        {
            Persistent = true,
            ContentType = "application/json",
            MessageId = message.MessageId.ToString(),
            Headers = headers,
        };
        var body = JsonSerializer.SerializeToUtf8Bytes(message.Event, type, EventJson.Options);
        // Without a queue the broker would drop the message and confirm it all the same.
        return open.BasicPublishAsync(RabbitMqTopology.MessageExchange(type), "", mandatory: consumed.Contains(type), properties, body, cancellationToken)
            .AsTask();
    }

    private async Task<IChannel> OpenAsync(CancellationToken cancellationToken)
    {
        if (channel is { IsOpen: true })
            return channel;
        await CloseAsync();
        var factory = new ConnectionFactory
        {
            Uri = broker,
            ClientProvidedName = "tideway-publisher",
            AutomaticRecoveryEnabled = false,
        };
        connection = await factory.CreateConnectionAsync(cancellationToken);
        var options = new CreateChannelOptions(
            publisherConfirmationsEnabled: true,
            publisherConfirmationTrackingEnabled: true,
            outstandingPublisherConfirmationsRateLimiter: null
        );
        return channel = await connection.CreateChannelAsync(options, cancellationToken);
    }

    private async Task CloseAsync()
    {
        declared.Clear();
        var (oldChannel, oldConnection) = (channel, connection);
        (channel, connection) = (null, null);
        if (oldChannel is not null)
            await oldChannel.DisposeAsync();
        if (oldConnection is not null)
            await oldConnection.DisposeAsync();
    }
}
