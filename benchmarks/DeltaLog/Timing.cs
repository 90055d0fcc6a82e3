using System.Diagnostics;
using System.Globalization;

namespace Tideway.Benchmarks.DeltaLog;

/// <summary>How long something took, by the clock and in processor time of all threads.</summary>
internal readonly record struct Timing(double Seconds, double CpuSeconds)
{
    public static async Task<Timing> OfAsync(Func<Task> run)
    {
        // What came before must not be collected on this one's time.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var cpu = Cpu();
        var start = Stopwatch.GetTimestamp();
        await run();
        return new Timing(Stopwatch.GetElapsedTime(start).TotalSeconds, (Cpu() - cpu).TotalSeconds);
    }

    public static Timing Median(IReadOnlyList<Timing> timings) =>
        new(Middle(timings.Select(timing => timing.Seconds)), Middle(timings.Select(timing => timing.CpuSeconds)));

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Seconds:F3} s ({CpuSeconds:F3} s of processor)");

    private static double Middle(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted[sorted.Length / 2];
    }

    private static TimeSpan Cpu()
    {
        using var process = Process.GetCurrentProcess();
        return process.TotalProcessorTime;
    }
}
