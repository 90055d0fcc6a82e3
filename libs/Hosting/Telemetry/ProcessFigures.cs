using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Tideway.Hosting.Telemetry;

/// <summary>Memory, processor time, threads and garbage collection of this process, under the names that Prometheus clients give them.</summary>
internal static class ProcessFigures
{
    public static void Write(StringBuilder text)
    {
        using var process = Process.GetCurrentProcess();
        var start = new DateTimeOffset(process.StartTime).ToUnixTimeMilliseconds() / 1000.0;
        Write(text, "process_start_time_seconds", "gauge", "When the process started, in seconds since 1970", start);
        Write(text, "process_cpu_seconds_total", "counter", "Processor time used", process.TotalProcessorTime.TotalSeconds);
        Write(text, "process_resident_memory_bytes", "gauge", "Physical memory in use", process.WorkingSet64);
        Write(text, "process_threads", "gauge", "Threads of the process", process.Threads.Count);
        Write(text, "dotnet_managed_memory_bytes", "gauge", "Memory of managed objects", GC.GetTotalMemory(forceFullCollection: false));
        Write(text, "dotnet_gc_pause_seconds_total", "counter", "Time that garbage collection stopped the process", GC.GetTotalPauseDuration().TotalSeconds);
        text.Append("# HELP dotnet_collections_total Garbage collections\n# TYPE dotnet_collections_total counter\n");
        for (var generation = 0; generation <= GC.MaxGeneration; generation++)
            text.Append(CultureInfo.InvariantCulture, $"dotnet_collections_total{{generation=\"{generation}\"}} {GC.CollectionCount(generation)}\n");
    }

    private static void Write(StringBuilder text, string name, string type, string help, double value) =>
        text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} {type}\n{name} {value:R}\n");
}
