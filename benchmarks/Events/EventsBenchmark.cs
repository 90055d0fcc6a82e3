using System.Diagnostics;
using Tideway.Testing.Servers;

namespace Tideway.Benchmarks.Events;

/// <summary>Events per second from the commit of the state change in one process to handled, once and durably, in another.</summary>
internal sealed class EventsBenchmark : IBenchmark
{
    // As many as the access spool commits together under load: the busiest publisher of the product.
    private const int ChangesPerCommit = 50;

    private const string BaselineName = "RabbitMQ.Client, quorum queue, confirms and acks";

    public string Name => "events";

    public string Question =>
        "events/s from commit of the state change to handled in another process (PostgreSQL, RabbitMQ), grouped commits and single ones; baseline: plain RabbitMQ.Client, confirms and acks";

    public async Task<IReadOnlyList<Measure>> RunAsync(CancellationToken cancellationToken)
    {
        await using var rabbit = await RabbitMqServer.StartPrivateAsync();
        var postgres = await PostgresServer.StartDurableAsync();
        // All are started and warm before the first round: what is compared is how they run, not how they start.
        await using var plain = await RawSide.StartAsync(await BrokerAsync(rabbit), cancellationToken);
        await using var fifty = await EventsSide.StartAsync(await BrokerAsync(rabbit), postgres, ChangesPerCommit, cancellationToken);
        await using var one = await EventsSide.StartAsync(await BrokerAsync(rabbit), postgres, 1, cancellationToken);
        var (raw, grouped, single) = (new List<double>(), new List<double>(), new List<double>());
        for (var round = 1; round <= Rounds.Count; round++)
        {
            raw.Add(Show(round, "baseline", await plain.RoundAsync(cancellationToken)));
            grouped.Add(Show(round, $"ours, {ChangesPerCommit} per commit", await fifty.RoundAsync(cancellationToken)));
            single.Add(Show(round, "ours, 1 per commit", await one.RoundAsync(cancellationToken)));
        }

        var baseline = Rounds.Median(raw);
        return
        [
            new Measure("events", Rounds.Median(grouped), baseline, BaselineName, "events/s"),
            new Measure("events-single", Rounds.Median(single), baseline, BaselineName, "events/s"),
        ];
    }

    // A virtual host for each, so that none finds what another left.
    private static async Task<string> BrokerAsync(RabbitMqServer rabbit) => (await rabbit.CreateVirtualHostAsync()).ToString();

    private static double Show(int round, string what, EventsFigure figure)
    {
        Console.WriteLine(
            $"  round {round}, {what}: {figure.PerSecond:N0} events/s, {figure.CpuSeconds / figure.Events * 1e6:N0} us of processor time for each, servers included"
        );
        return figure.PerSecond;
    }
}

/// <summary>What one round took.</summary>
/// <param name="Events">How many were handled.</param>
/// <param name="Elapsed">From the first change to the last one handled.</param>
/// <param name="CpuSeconds">Processor time of all processes that took part.</param>
internal sealed record EventsFigure(int Events, TimeSpan Elapsed, double CpuSeconds)
{
    public double PerSecond => Events / Elapsed.TotalSeconds;

    /// <summary>Runs <paramref name="round"/>, which handles <paramref name="events"/>.</summary>
    public static async Task<EventsFigure> OfAsync(int events, Func<Task> round)
    {
        var cpu = CpuTime.Seconds();
        var start = Stopwatch.GetTimestamp();
        await round();
        return new EventsFigure(events, Stopwatch.GetElapsedTime(start), CpuTime.Seconds() - cpu);
    }
}
