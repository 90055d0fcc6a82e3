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
    private const int WarmUp = 4_000;
    private const int Writers = 32;
    private const int UnconfirmedAtOnce = 1_000;

    // As many as the access spool commits together under load: the busiest publisher of the product.
    private const int ChangesPerCommit = 50;

    public string Name => "events";

    public string Question =>
        "events/s from commit of the state change to handled in another process (PostgreSQL, RabbitMQ), grouped commits and single ones; baseline: plain RabbitMQ.Client, confirms and acks";

    public async Task<IReadOnlyList<Measure>> RunAsync(CancellationToken cancellationToken)
    {
        await using var rabbit = await RabbitMqServer.StartPrivateAsync();
        var postgres = await PostgresServer.StartAsync();
        var broker = (await rabbit.CreateVirtualHostAsync()).ToString();
        var grouped = await OursAsync(broker, postgres, ChangesPerCommit, cancellationToken);
        var single = await OursAsync((await rabbit.CreateVirtualHostAsync()).ToString(), postgres, 1, cancellationToken);
        var raw = await RawAsync(broker, cancellationToken);
        const string baseline = "RabbitMQ.Client, quorum queue, confirms and acks";
        return [new Measure("events", grouped, raw, baseline, "events/s"), new Measure("events-single", single, raw, baseline, "events/s")];
    }

    private static async Task<double> OursAsync(string broker, PostgresServer postgres, int perCommit, CancellationToken cancellationToken)
    {
        var consumerDatabase = await postgres.CreateDatabaseAsync();
        var publisherDatabase = await postgres.CreateDatabaseAsync();
        await using var consumer = ChildProcess.Start(EventsConsumer.Part, broker, consumerDatabase, (WarmUp + Changes).ToString());
        await consumer.WaitAsync("ready", cancellationToken);
        await using var app = EventsHost.CreateBuilder("bench-publisher", broker, publisherDatabase).Build();
        await app.StartAsync(cancellationToken);
        var database = app.Services.GetRequiredService<MeasuredDatabase>();
        await ChangeAsync(database, 0, WarmUp, perCommit, cancellationToken);

        var start = Stopwatch.GetTimestamp();
        await ChangeAsync(database, WarmUp, Changes, perCommit, cancellationToken);
        Console.WriteLine($"  ours, {perCommit} per commit: {Changes} changes committed after {Stopwatch.GetElapsedTime(start).TotalSeconds:N2} s");
        await consumer.WaitAsync("done", cancellationToken);
        var elapsed = Stopwatch.GetElapsedTime(start);
        Console.WriteLine($"  ours, {perCommit} per commit: all handled after {elapsed.TotalSeconds:N2} s");
        await app.StopAsync(cancellationToken);
        return Changes / elapsed.TotalSeconds;
    }

    private static Task ChangeAsync(MeasuredDatabase database, int first, int count, int perCommit, CancellationToken cancellationToken) =>
        Parallel.ForEachAsync(
            Enumerable.Range(first, count).Chunk(perCommit),
            new ParallelOptions { MaxDegreeOfParallelism = Writers, CancellationToken = cancellationToken },
            async (numbers, stop) =>
            {
                var changes = Array.ConvertAll(numbers, Change);
                await using var transaction = await database.BeginAsync(stop);
                foreach (var change in changes)
                {
                    await transaction.ExecuteAsync("INSERT INTO measured_state (id, changed_at) VALUES (@Id, @OccurredAt)", change, stop);
                    transaction.Publish(change);
                }

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
