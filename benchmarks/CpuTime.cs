using System.Globalization;

namespace Tideway.Benchmarks;

/// <summary>
/// Processor time of this program and of every process it started, servers included: other than elapsed time it hardly depends on what else the
/// machine does. Linux only; elsewhere it is zero.
/// </summary>
internal static class CpuTime
{
    // What Linux counts in, whatever the kernel's own tick is.
    private const double TicksPerSecond = 100;

    /// <summary>Seconds of user and system time so far.</summary>
    public static double Seconds()
    {
        if (!OperatingSystem.IsLinux())
            return 0;
        var all = new Dictionary<int, (int Parent, double Seconds)>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id) && Read(folder) is { } found)
                all[id] = found;
        }

        return all.Where(process => Descends(all, process.Key)).Sum(process => process.Value.Seconds);
    }

    private static (int Parent, double Seconds)? Read(string folder)
    {
        try
        {
            // The name in brackets may hold anything, blanks too.
            var stat = File.ReadAllText(Path.Combine(folder, "stat"));
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            // User and system time, and those of children that ended and were waited for.
            var ticks = fields[11..15].Sum(field => long.Parse(field, CultureInfo.InvariantCulture));
            return (int.Parse(fields[1], CultureInfo.InvariantCulture), ticks / TicksPerSecond);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It has ended.
            return null;
        }
    }

    private static bool Descends(Dictionary<int, (int Parent, double Seconds)> all, int id)
    {
        for (; all.TryGetValue(id, out var process); id = process.Parent)
        {
            if (id == Environment.ProcessId)
                return true;
        }

        return false;
    }
}
