using System.Collections.Concurrent;
using System.Diagnostics;

namespace Tideway.DeltaLog.CrossCheck.Tests.Fuzz;

/// <summary>
/// Runs a check on numbered inputs, several at a time. The number is the seed, so that a failure can be had again. A watchdog says which
/// input does not come to an end.
/// </summary>
internal static class FuzzRun
{
    // Far beyond what any input takes, also on a busy machine; it only ever passes where something hangs.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private const int MaxFailures = 12;

    /// <summary>Number of inputs: the default, or as many times of it as TIDEWAY_FUZZ_FACTOR says.</summary>
    public static int Count(int standard) =>
        int.TryParse(Environment.GetEnvironmentVariable("TIDEWAY_FUZZ_INPUTS"), out var count) ? count
        : int.TryParse(Environment.GetEnvironmentVariable("TIDEWAY_FUZZ_FACTOR"), out var factor) ? standard * factor
        : standard;

    /// <summary>The first seed: the given one, or what TIDEWAY_FUZZ_SEED says.</summary>
    public static int FirstSeed(int standard) => int.TryParse(Environment.GetEnvironmentVariable("TIDEWAY_FUZZ_SEED"), out var seed) ? seed : standard;

    /// <summary>Runs the check; one that throws fails the run with the seed and what <paramref name="describe"/> says about the input.</summary>
    public static async Task RunAsync(int firstSeed, int count, Func<int, Task> check, Func<int, string> describe)
    {
        var running = new ConcurrentDictionary<int, long>();
        var failures = new ConcurrentDictionary<string, (int Seed, Exception Exception)>(StringComparer.Ordinal);
        using var stop = new CancellationTokenSource();
        var seeds = Enumerable.Range(FirstSeed(firstSeed), Count(count));
        var options = new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount };
        var work = Task.Run(() =>
            Parallel.ForEachAsync(
                seeds,
                options,
                async (seed, _) =>
                {
                    if (stop.IsCancellationRequested)
                        return;
                    running[seed] = Stopwatch.GetTimestamp();
                    try
                    {
                        await check(seed);
                    }
                    catch (Exception exception)
                    {
                        // The same fault comes back with many seeds; one of each kind says enough.
                        failures.TryAdd(Place(exception), (seed, exception));
                        if (failures.Count >= MaxFailures)
                            await stop.CancelAsync();
                    }

                    running.TryRemove(seed, out var _);
                }
            )
        );

        while (await Task.WhenAny(work, Task.Delay(TimeSpan.FromSeconds(1))) != work)
        {
            if (running.FirstOrDefault(entry => Stopwatch.GetElapsedTime(entry.Value) > Patience) is { Value: > 0, Key: var hanging })
                Assert.Fail($"The input of seed {hanging} does not come to an end. TIDEWAY_FUZZ_SEED={hanging} TIDEWAY_FUZZ_INPUTS=1\n{describe(hanging)}");
        }

        await work;
        if (!failures.IsEmpty)
            Assert.Fail(
                string.Join("\n\n", failures.Values.OrderBy(failure => failure.Seed).Select(failure => Text(failure.Seed, failure.Exception, describe)))
            );
    }

    private static string Text(int seed, Exception exception, Func<int, string> describe) =>
        $"The input of seed {seed} fails. TIDEWAY_FUZZ_SEED={seed} TIDEWAY_FUZZ_INPUTS=1\n{exception}\n{describe(seed)}";

    private static string Place(Exception exception) =>
        exception.GetType().Name
        + exception
            .StackTrace?.Split('\n')
            .FirstOrDefault(line => line.Contains("Tideway.", StringComparison.Ordinal) && !line.Contains(".Tests.", StringComparison.Ordinal));
}
