using Microsoft.Extensions.DependencyInjection;
using Tideway.Hosting.Messaging;
using Tideway.Hosting.Startup;

namespace Tideway.Benchmarks.Events;

/// <summary>The other process: handles each change once, and says when all have been handled.</summary>
internal static class EventsConsumer
{
    public const string Part = "events-consumer";

    /// <summary>Arguments: part, broker, database, number of changes.</summary>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments)
    {
        var builder = EventsHost.CreateBuilder("bench-consumer", arguments[1], arguments[2]);
        var expected = long.Parse(arguments[3]);
        var tally = new Tally(expected);
        builder.Services.AddSingleton(tally);
        builder.AddConsumer<MeasuredDatabase, CountChangeConsumer, MeasuredChange>("bench-consumer", "count-change");
        await using var app = builder.Build();
        await app.StartAsync();
        Console.WriteLine("ready");
        await tally.Complete;
        Console.WriteLine("done");
        await Console.In.ReadToEndAsync();
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

    internal sealed class Tally(long expected)
    {
        private readonly TaskCompletionSource complete = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private long counted;

        public Task Complete => complete.Task;

        public void Count()
        {
            if (Interlocked.Increment(ref counted) == expected)
                complete.TrySetResult();
        }
    }
}
