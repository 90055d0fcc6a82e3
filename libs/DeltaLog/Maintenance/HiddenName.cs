namespace Tideway.DeltaLog.Maintenance;

/// <summary>
/// What in a table's folder is not the table's: names that begin with an underscore or a dot, except folders of partitions whose column's name does,
/// change files and indexes. Other engines leave the same alone.
/// </summary>
internal static class HiddenName
{
    private static readonly string[] OursAllTheSame = ["_change_data", "_delta_index"];

    public static bool IsHidden(string key, IReadOnlyCollection<string> partitionColumns)
    {
        foreach (var segment in key.Split('/'))
        {
            if (segment.Length == 0 || segment[0] is not ('_' or '.'))
                continue;
            if (
                !OursAllTheSame.Any(name => segment.StartsWith(name, StringComparison.Ordinal))
                && !partitionColumns.Any(column => segment.StartsWith(column + "=", StringComparison.Ordinal))
            )
                return true;
        }

        // Metadata of another format, for tables that are readable as both.
        return key.StartsWith("metadata/", StringComparison.Ordinal);
    }
}
