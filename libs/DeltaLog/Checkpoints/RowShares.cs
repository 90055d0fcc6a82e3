namespace Tideway.DeltaLog.Checkpoints;

/// <summary>Divides rows among workers.</summary>
internal static class RowShares
{
    private const long MinRowsToShare = 65_536;

    /// <summary>At most <paramref name="workers"/> shares of about the same number of rows; one where there are few.</summary>
    public static List<List<RowRange>> Divide(IReadOnlyList<RowRange> ranges, int workers)
    {
        var total = ranges.Sum(range => range.Count);
        if (total < MinRowsToShare)
            workers = 1;
        var shares = new List<List<RowRange>> { new() };
        var (taken, filled) = (0L, 0L);
        foreach (var range in ranges)
        {
            for (var rest = range; rest.Count > 0; )
            {
                var room = (total * shares.Count / workers) - taken - filled;
                if (room <= 0 && shares.Count < workers)
                {
                    taken += filled;
                    filled = 0;
                    shares.Add([]);
                    continue;
                }

                // A file is only cut where much of it would be too much.
                var cut = shares.Count == workers || rest.Count - room < MinRowsToShare / 2 ? rest.Count : room;
                var part = cut == rest.Count ? rest : rest with { To = rest.From + cut, IsWhole = false };
                shares[^1].Add(part);
                filled += part.Count;
                rest = rest with { From = part.To, IsWhole = false };
            }
        }

        return shares;
    }
}
