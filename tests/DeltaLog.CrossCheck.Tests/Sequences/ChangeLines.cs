namespace Tideway.DeltaLog.CrossCheck.Tests.Sequences;

/// <summary>Sums of changes, each a row as text with its kind at the end.</summary>
internal static class ChangeLines
{
    private const string Insert = "|insert";
    private const string Delete = "|delete";

    /// <summary>The changes without rows that came as often as they went.</summary>
    public static List<string> Balance(IEnumerable<string> changes)
    {
        var all = changes.ToLookup(line => line.EndsWith(Insert, StringComparison.Ordinal));
        return Balance(all[false].Select(line => line[..^Delete.Length]), all[true].Select(line => line[..^Insert.Length]));
    }

    /// <summary>What leads from some rows to others.</summary>
    public static List<string> Balance(IEnumerable<string> before, IEnumerable<string> after)
    {
        var balance = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var row in before)
            balance[row] = balance.GetValueOrDefault(row) - 1;
        foreach (var row in after)
            balance[row] = balance.GetValueOrDefault(row) + 1;
        return
        [
            .. balance
                .SelectMany(pair => Enumerable.Repeat($"{pair.Key}{(pair.Value > 0 ? Insert : Delete)}", Math.Abs(pair.Value)))
                .Order(StringComparer.Ordinal),
        ];
    }
}
