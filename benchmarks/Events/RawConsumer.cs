using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Tideway.Benchmarks.Events;

/// <summary>The baseline's other process: the plain client with acknowledgements.</summary>
internal static class RawConsumer
{
    public const string Part = "raw-consumer";
    public const string Queue = "bench-raw";

    /// <summary>Arguments: part, broker.</summary>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments)
    {
        var tally = new Tally();
        var factory = new ConnectionFactory { Uri = new Uri(arguments[1]) };
        await using var connection = await factory.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        await channel.QueueDeclareAsync(
            Queue,
            durable: true,
            exclusive: false,
            autoDelete: false,
            new Dictionary<string, object?>(StringComparer.Ordinal) { ["x-queue-type"] = "quorum" }
        );
        await channel.BasicQosAsync(0, 400, global: false);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += async (_, delivery) =>
        {
            await channel.BasicAckAsync(delivery.DeliveryTag, multiple: false);
            tally.Count();
        };
        await channel.BasicConsumeAsync(Queue, autoAck: false, consumer);
        await tally.TellAsync();
        return 0;
    }
}
