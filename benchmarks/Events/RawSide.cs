using System.Text.Json;
using RabbitMQ.Client;

namespace Tideway.Benchmarks.Events;

/// <summary>The baseline: no database, the plain client with confirms here and acknowledgements in another process.</summary>
internal sealed class RawSide : IAsyncDisposable
{
    private const int UnconfirmedAtOnce = 1_000;

    private readonly ChildProcess consumer;
    private readonly IConnection connection;
    private readonly IChannel channel;

    private RawSide(ChildProcess consumer, IConnection connection, IChannel channel)
    {
        this.consumer = consumer;
        this.connection = connection;
        this.channel = channel;
    }

    public static async Task<RawSide> StartAsync(string broker, CancellationToken cancellationToken)
    {
        var child = ChildProcess.Start(RawConsumer.Part, broker);
        await child.WaitAsync("ready", cancellationToken);
        var connected = await new ConnectionFactory { Uri = new Uri(broker) }.CreateConnectionAsync(cancellationToken);
        var options = new CreateChannelOptions(
            publisherConfirmationsEnabled: true,
            publisherConfirmationTrackingEnabled: true,
            outstandingPublisherConfirmationsRateLimiter: null
        );
        var side = new RawSide(child, connected, await connected.CreateChannelAsync(options, cancellationToken));
        for (var round = 0; round < EventsLoad.WarmUpRounds; round++)
            await side.RoundAsync(cancellationToken);
        return side;
    }

    public Task<EventsFigure> RoundAsync(CancellationToken cancellationToken) =>
        EventsFigure.OfAsync(
            EventsLoad.Changes,
            async () =>
            {
                await PublishAsync(cancellationToken);
                await consumer.WaitAsync("handled", cancellationToken);
            }
        );

    public async ValueTask DisposeAsync()
    {
        await channel.DisposeAsync();
        await connection.DisposeAsync();
        await consumer.DisposeAsync();
    }

    private async Task PublishAsync(CancellationToken cancellationToken)
    {
        var properties = new BasicProperties { Persistent = true };
        foreach (var window in Enumerable.Range(0, EventsLoad.Changes).Chunk(UnconfirmedAtOnce))
        {
            var confirmed = window.Select(number =>
                channel
                    .BasicPublishAsync(
                        "",
                        RawConsumer.Queue,
                        mandatory: false,
                        properties,
                        JsonSerializer.SerializeToUtf8Bytes(EventsLoad.Change(number)),
                        cancellationToken
                    )
                    .AsTask()
            );
            await Task.WhenAll(confirmed);
        }
    }
}
