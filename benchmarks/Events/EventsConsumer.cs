using Microsoft.Extensions.DependencyInjection;
using Tideway.Hosting.Messaging;
using Tideway.Hosting.Startup;

namespace Tideway.Benchmarks.Events;

/// <summary>The other process: handles each change once, and says when a round of them has been.</summary>
internal static class EventsConsumer
{
    public const string Part = "events-consumer";

    /// <summary>Arguments: part, broker, database.</summary>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments)
    {
        var builder = EventsHost.CreateBuilder("bench-consumer", arguments[1], arguments[2]);
        var tally = new Tally();
        builder.Services.AddSingleton(tally);
        builder.AddConsumer<MeasuredDatabase, CountChangeConsumer, MeasuredChange>("bench-consumer", "count-change");
        await using var app = builder.Build();
        await app.StartAsync();
        await tally.TellAsync();
        await app.StopAsync();
        return 0;
    }

    /// <summary>Counts once per change: a change that came twice would bring the count to its end too early, and is left out by the inbox.</summary>
    internal sealed class CountChangeConsumer(Tally tally) : IEventConsumer<MeasuredChange>
    {
        public Task ConsumeAsync(MeasuredChange message, EventContext context, CancellationToken cancellationToken)
        {
            context.Transaction.OnCommitted(tally.Count);
            return Task.CompletedTask;
        }
    }
}
