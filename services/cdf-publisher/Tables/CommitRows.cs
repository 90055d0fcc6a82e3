using System.Text.Json;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Changes;

namespace Tideway.CdfPublisher.Tables;

/// <summary>How many rows a commit touched: as its writer says, or else as the statistics of its files do.</summary>
internal static class CommitRows
{
    public static RowCounts Of(VersionChanges changes)
    {
        if (!changes.ChangesRows)
            return new RowCounts(0, 0, 0);
        var metrics = Metrics(changes.CommitInfo);
        switch (changes.CommitInfo?.Operation)
        {
            case "MERGE":
                return new RowCounts(
                    Number(metrics, "numTargetRowsInserted"),
                    Number(metrics, "numTargetRowsDeleted"),
                    Number(metrics, "numTargetRowsUpdated")
                );
            case "UPDATE":
                return new RowCounts(0, 0, Number(metrics, "numUpdatedRows"));
            case "DELETE":
                return new RowCounts(0, Number(metrics, "numDeletedRows"), 0);
            default:
                return FromFiles(changes);
        }
    }

    // A file that is rewritten to change one row is removed and added whole, so that its statistics say nothing of the row. For every other
    // operation, the rows of the files are the rows.
    private static RowCounts FromFiles(VersionChanges changes)
    {
        var added = Sum(changes.Adds.Where(file => file.DataChange).Select(file => file.LogicalRecords()));
        var removed = Sum(changes.Removes.Where(file => file.DataChange).Select(Records));
        return new RowCounts(added, removed, 0);
    }

    private static long? Records(RemoveFile file) =>
        new AddFile
        {
            Path = file.Path,
            Size = file.Size ?? 0,
            ModificationTime = 0,
            DataChange = true,
            Stats = file.Stats,
            DeletionVector = file.DeletionVector,
        }.LogicalRecords();

    private static long? Sum(IEnumerable<long?> counts)
    {
        long sum = 0;
        foreach (var count in counts)
        {
            if (count is not { } known)
                return null;
            sum += known;
        }

        return sum;
    }

    // The shape is up to the writer: what is not as usual says nothing.
    private static Dictionary<string, string> Metrics(CommitInfo? info)
    {
        var metrics = new Dictionary<string, string>(StringComparer.Ordinal);
        if (info is null || !info.OtherMembers.TryGetValue("operationMetrics", out var json))
            return metrics;
        using var document = JsonDocument.Parse(json);
        if (document.RootElement.ValueKind != JsonValueKind.Object)
            return metrics;
        foreach (var metric in document.RootElement.EnumerateObject())
            metrics[metric.Name] = metric.Value.ToString();
        return metrics;
    }

    private static long? Number(Dictionary<string, string> metrics, string name) =>
        metrics.TryGetValue(name, out var text) && long.TryParse(text, out var number) ? number : null;

    /// <summary>Whether a merge says of itself that it changed no row: its files then only moved rows.</summary>
    public static bool IsEmptyMerge(VersionChanges changes)
    {
        if (changes.CommitInfo?.Operation != "MERGE")
            return false;
        var metrics = Metrics(changes.CommitInfo);
        return Number(metrics, "numTargetRowsInserted") == 0 && Number(metrics, "numTargetRowsUpdated") == 0 && Number(metrics, "numTargetRowsDeleted") == 0;
    }
}
