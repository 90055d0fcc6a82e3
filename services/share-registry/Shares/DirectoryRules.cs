namespace Tideway.ShareRegistry.Shares;

/// <summary>
/// Which tables may be read as whole folders. A folder holds every version that was not vacuumed yet, who wrote it and all notes on the table, so only a
/// table that is shared without any limit may be.
/// </summary>
internal static class DirectoryRules
{
    /// <summary>Whether a table is shared with limits that credentials for its folder would lift.</summary>
    public static bool HasLimits(bool historyShared, long startVersion) => !historyShared || startVersion > 0;

    /// <summary>What is wrong with a table that is to be read as a folder; null where nothing is, or where it is not to be.</summary>
    public static string? FindFault(ShareTable table) =>
        table.DirectoryAccess && HasLimits(table.HistoryShared, table.StartVersion)
            ? "needs history_data_sharing_status ENABLED and start_version 0, since the folder holds all versions; "
                + $"got {(table.HistoryShared ? "ENABLED" : "DISABLED")} and {table.StartVersion}."
            : null;
}
