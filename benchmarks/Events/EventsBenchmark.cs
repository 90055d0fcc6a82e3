using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using RabbitMQ.Client;
using Tideway.Testing.Servers;

namespace Tideway.Benchmarks.Events;

/// <summary>Events per second from the commit of the state change in one process to handled, once and durably, in another.</summary>
internal sealed class EventsBenchmark : IBenchmark
{
    private const int Changes = 20_000;
    private const int WarmUp = 2_000;
    private const int Writers = 32;
    private const int UnconfirmedAtOnce = 1_000;

    public string Name => "events";

    public string Question =>
        "events/s from commit of a state change to handled in another process (PostgreSQL, RabbitMQ); baseline: plain RabbitMQ.Client, confirms and acks";

    public async Task<IReadOnlyList<Measure>> RunAsync(CancellationToken cancellationToken)
    {
        await using var rabbit = await RabbitMqServer.StartPrivateAsync();
        var postgres = await PostgresServer.StartAsync();
        var broker = (await rabbit.CreateVirtualHostAsync()).ToString();
        var ours = await OursAsync(broker, await postgres.CreateDatabaseAsync(), await postgres.CreateDatabaseAsync(), cancellationToken);
        var raw = await RawAsync(broker, cancellationToken);
        return [new Measure(Name, ours, raw, "RabbitMQ.Client, quorum queue, confirms and acks", "events/s")];
    }

    private static async Task<double> OursAsync(string broker, string publisherDatabase, string consumerDatabase, CancellationToken cancellationToken)
    {
        await using var consumer = ChildProcess.Start(EventsConsumer.Part, broker, consumerDatabase, (WarmUp + Changes).ToString());
        await consumer.WaitAsync("ready", cancellationToken);
        await using var app = EventsHost.CreateBuilder("bench-publisher", broker, publisherDatabase).Build();
        await app.StartAsync(cancellationToken);
        var database = app.Services.GetRequiredService<MeasuredDatabase>();
        await ChangeAsync(database, 0, WarmUp, cancellationToken);

        var start = Stopwatch.GetTimestamp();
        await ChangeAsync(database, WarmUp, Changes, cancellationToken);
        Console.WriteLine($"  ours: {Changes} changes committed after {Stopwatch.GetElapsedTime(start).TotalSeconds:N2} s");
        await consumer.WaitAsync("done", cancellationToken);
        var elapsed = Stopwatch.GetElapsedTime(start);
        Console.WriteLine($"  ours: all handled after {elapsed.TotalSeconds:N2} s");
        await app.StopAsync(cancellationToken);
        return Changes / elapsed.TotalSeconds;
    }

    private static Task ChangeAsync(MeasuredDatabase database, int first, int count, CancellationToken cancellationToken) =>
        Parallel.ForEachAsync(
            Enumerable.Range(first, count),
            new ParallelOptions { MaxDegreeOfParallelism = Writers, CancellationToken = cancellationToken },
            async (number, stop) =>
            {
                var change = Change(number);
                await using var transaction = await database.BeginAsync(stop);
                await transaction.ExecuteAsync("INSERT INTO measured_state (id, changed_at) VALUES (@Id, @OccurredAt)", change, stop);
                transaction.Publish(change);
                await transaction.CommitAsync(stop);
            }
        );

    private static async Task<double> RawAsync(string broker, CancellationToken cancellationToken)
    {
        await using var consumer = ChildProcess.Start(RawConsumer.Part, broker, (WarmUp + Changes).ToString());
        await consumer.WaitAsync("ready", cancellationToken);
        var factory = new ConnectionFactory { Uri = new Uri(broker) };
        await using var connection = await factory.CreateConnectionAsync(cancellationToken);
        await using var channel = await connection.CreateChannelAsync(
            new CreateChannelOptions(
                publisherConfirmationsEnabled: true,
                publisherConfirmationTrackingEnabled: true,
                outstandingPublisherConfirmationsRateLimiter: null
            ),
            cancellationToken
        );
        await PublishAsync(channel, 0, WarmUp, cancellationToken);

        var start = Stopwatch.GetTimestamp();
        await PublishAsync(channel, WarmUp, Changes, cancellationToken);
        await consumer.WaitAsync("done", cancellationToken);
        var elapsed = Stopwatch.GetElapsedTime(start);
        Console.WriteLine($"  baseline: all handled after {elapsed.TotalSeconds:N2} s");
        return Changes / elapsed.TotalSeconds;
    }

    private static async Task PublishAsync(IChannel channel, int first, int count, CancellationToken cancellationToken)
    {
        var properties = new BasicProperties { Persistent = true };
        foreach (var window in Enumerable.Range(first, count).Chunk(UnconfirmedAtOnce))
        {
            var confirmed = window.Select(number =>
                channel
                    .BasicPublishAsync(
                        "",
                        RawConsumer.Queue,
                        mandatory: false,
                        properties,
                        JsonSerializer.SerializeToUtf8Bytes(Change(number)),
                        cancellationToken
                    )
                    .AsTask()
            );
            await Task.WhenAll(confirmed);
        }
    }

    private static MeasuredChange Change(int number) =>
        new()
        {
            Id = Guid.CreateVersion7(),
            Number = number,
            Text = new string('x', 270),
            OccurredAt = TimeProvider.System.GetUtcNow(),
        };
}
