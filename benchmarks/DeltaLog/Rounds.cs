using System.Diagnostics;

namespace Tideway.Benchmarks.DeltaLog;

/// <summary>Times of the same work, round by round. Elapsed time suffers from whatever else the machine does; the time on processors hardly.</summary>
internal sealed class Rounds(string name)
{
    private readonly List<double> elapsed = [];
    private readonly List<double> processor = [];

    /// <summary>Median of the seconds that passed.</summary>
    public double Seconds => Median(elapsed);

    /// <summary>Median of the seconds on processors.</summary>
    public double ProcessorSeconds => Median(processor);

    public async Task MeasureAsync(Func<Task> work)
    {
        using var process = Process.GetCurrentProcess();
        var (start, before) = (Stopwatch.GetTimestamp(), process.TotalProcessorTime);
        await work();
        process.Refresh();
        elapsed.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        processor.Add((process.TotalProcessorTime - before).TotalSeconds);
        Console.WriteLine($"  {name, -28} round {elapsed.Count}: {elapsed[^1], 7:N2} s, on processors {processor[^1], 7:N2} s");
    }

    private static double Median(List<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted.Count % 2 == 1 ? sorted[sorted.Count / 2] : (sorted[(sorted.Count / 2) - 1] + sorted[sorted.Count / 2]) / 2;
    }
}
