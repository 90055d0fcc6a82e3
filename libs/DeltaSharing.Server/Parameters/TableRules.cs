namespace Tideway.DeltaSharing.Server.Parameters;

/// <summary>What of a table is shared, as far as it bounds what can be asked.</summary>
/// <param name="Share">The share's name.</param>
/// <param name="Schema">The schema's name.</param>
/// <param name="Table">The table's name.</param>
/// <param name="HistoryShared">Whether versions other than the latest may be read.</param>
/// <param name="StartVersion">The first version that may be read.</param>
/// <param name="ChangesShared">Whether the change feed may be read.</param>
public sealed record TableRules(string Share, string Schema, string Table, bool HistoryShared, long StartVersion = 0, bool ChangesShared = false)
{
    /// <summary><c>share.schema.table</c>.</summary>
    public string FullName => $"{Share}.{Schema}.{Table}";
}
