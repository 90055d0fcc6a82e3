using Dapper;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Tideway.Hosting.Database;
using Tideway.Testing.Servers;

namespace Tideway.Benchmarks.Events;

/// <summary>Ours: each change is a row of its own, committed here with the event that tells of it, and handled in another process.</summary>
internal sealed class EventsSide : IAsyncDisposable
{
    private const int Writers = 32;

    // One statement for all rows of a commit: what is measured is the bus and not the change.
    private const string Insert = "INSERT INTO measured_state (id, changed_at) SELECT * FROM unnest(@ids, @times)";

    private readonly ChildProcess consumer;
    private readonly WebApplication app;
    private readonly MeasuredDatabase database;
    private readonly int perCommit;

    private EventsSide(ChildProcess consumer, WebApplication app, int perCommit)
    {
        this.consumer = consumer;
        this.app = app;
        this.perCommit = perCommit;
        database = app.Services.GetRequiredService<MeasuredDatabase>();
    }

    public static async Task<EventsSide> StartAsync(string broker, PostgresServer postgres, int perCommit, CancellationToken cancellationToken)
    {
        var child = ChildProcess.Start(EventsConsumer.Part, broker, await postgres.CreateDatabaseAsync());
        await child.WaitAsync("ready", cancellationToken);
        var host = EventsHost.CreateBuilder("bench-publisher", broker, await postgres.CreateDatabaseAsync()).Build();
        await host.StartAsync(cancellationToken);
        var side = new EventsSide(child, host, perCommit);
        for (var round = 0; round < EventsLoad.WarmUpRounds; round++)
            await side.RoundAsync(cancellationToken);
        return side;
    }

    public Task<EventsFigure> RoundAsync(CancellationToken cancellationToken) =>
        EventsFigure.OfAsync(
            EventsLoad.Changes,
            async () =>
            {
                await ChangeAsync(cancellationToken);
                await consumer.WaitAsync("handled", cancellationToken);
            }
        );

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
        await consumer.DisposeAsync();
    }

    private Task ChangeAsync(CancellationToken cancellationToken) =>
        Parallel.ForEachAsync(
            Enumerable.Range(0, EventsLoad.Changes).Chunk(perCommit),
            new ParallelOptions { MaxDegreeOfParallelism = Writers, CancellationToken = cancellationToken },
            async (numbers, stop) =>
            {
                var changes = Array.ConvertAll(numbers, EventsLoad.Change);
                await using var transaction = await database.BeginAsync(stop);
                var parameters = new DynamicParameters();
                parameters.Add("ids", Array.ConvertAll(changes, change => change.Id.ToString()));
                parameters.Add("times", Array.ConvertAll(changes, change => DatabaseTime.ToMicroseconds(change.OccurredAt)));
                await transaction.ExecuteAsync(Insert, parameters, stop);
                foreach (var change in changes)
                    transaction.Publish(change);
                await transaction.CommitAsync(stop);
            }
        );
}
