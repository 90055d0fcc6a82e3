using System.Threading.Channels;

namespace Tideway.Benchmarks.Events;

/// <summary>Counts what a consumer handled, and says so after every round.</summary>
internal sealed class Tally
{
    private readonly Channel<long> rounds = Channel.CreateUnbounded<long>();
    private long counted;

    public void Count()
    {
        var now = Interlocked.Increment(ref counted);
        if (now % EventsLoad.Changes == 0)
            rounds.Writer.TryWrite(now / EventsLoad.Changes);
    }

    /// <summary>Talks to the starting process until that closes the conversation.</summary>
    public async Task TellAsync()
    {
        Console.WriteLine("ready");
        // The console reads with the thread that asks, whatever the method's name says.
        var end = Task.Run(Console.In.ReadToEnd);
        var telling = Task.Run(async () =>
        {
            await foreach (var round in rounds.Reader.ReadAllAsync())
                Console.WriteLine($"handled round {round}");
        });
        await end;
        rounds.Writer.Complete();
        await telling;
    }
}
