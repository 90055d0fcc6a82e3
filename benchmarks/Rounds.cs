namespace Tideway.Benchmarks;

/// <summary>
/// Ours and the baseline take turns, so that neither has the quiet half of a run to itself; the medians are compared.
/// </summary>
internal static class Rounds
{
    /// <summary>How often each is measured.</summary>
    public const int Count = 3;

    /// <summary>The middle one of an odd number of figures.</summary>
    public static double Median(IEnumerable<double> figures)
    {
        var sorted = figures.Order().ToArray();
        return sorted[sorted.Length / 2];
    }
}
