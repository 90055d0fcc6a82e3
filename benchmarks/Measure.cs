using System.Text.Json;

namespace Tideway.Benchmarks;

/// <summary>One figure beside that of its baseline, both from the same run.</summary>
/// <param name="Bench">What was measured.</param>
/// <param name="Ours">Our figure.</param>
/// <param name="Baseline">The baseline's figure.</param>
/// <param name="BaselineName">What the baseline is.</param>
/// <param name="Unit">Unit of both, for example <c>events/s</c>.</param>
internal sealed record Measure(string Bench, double Ours, double Baseline, string BaselineName, string Unit)
{
    public double Ratio => Ours / Baseline;

    public string ToJson() =>
        JsonSerializer.Serialize(
            new
            {
                bench = Bench,
                ours = Math.Round(Ours, 3),
                baseline = Math.Round(Baseline, 3),
                unit = Unit,
                ratio = Math.Round(Ratio, 3),
            }
        );
}
