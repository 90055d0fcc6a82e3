namespace Tideway.ShareRegistry.Shares;

/// <summary>
/// Which tables may be read as whole folders. A folder holds every version that was not vacuumed yet, the change files beside them, who wrote it and all notes on the
/// table, so only a table that is shared without any limit may be. Not every store could leave files of a folder out.
/// </summary>
internal static class DirectoryRules
{
    /// <summary>Whether a table is shared with limits that credentials for its folder would lift.</summary>
    public static bool HasLimits(bool historyShared, bool changeFeedShared, long startVersion) => !historyShared || !changeFeedShared || startVersion > 0;

    /// <summary>What is wrong with a table that is to be read as a folder; null where nothing is, or where it is not to be.</summary>
    public static string? FindFault(ShareTable table) =>
        table.DirectoryAccess && HasLimits(table.HistoryShared, table.ChangeFeedShared, table.StartVersion)
            ? "needs history_data_sharing_status ENABLED, cdf_enabled true and start_version 0, since the folder holds all versions and all changes; "
                + $"got {(table.HistoryShared ? "ENABLED" : "DISABLED")}, {(table.ChangeFeedShared ? "true" : "false")} and {table.StartVersion}."
            : null;
}
