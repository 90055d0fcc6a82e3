using Tideway.DeltaSharing.Server.Answers;
using Tideway.DeltaSharing.Server.Serving;
using Tideway.DeltaSharing.Server.Tables;
using Tideway.ShareRegistry.Catalog;
using Tideway.ShareRegistry.Shares;

namespace Tideway.ShareRegistry.TableCredentials;

/// <summary>Says of which tables recipients may read the folder itself: where the owner switched it on, nothing of the table is held back, and the store can narrow credentials to it.</summary>
internal sealed class DirectoryOffers(FolderCredentials credentials)
{
    /// <summary>What lists and metadata tell of a table.</summary>
    public TableAccess Of(GrantedTable table)
    {
        if (!table.DirectoryAccess)
            return TableAccess.Unsaid;
        return FindFault(table) is null ? TableAccess.ByDirectory(table.Location) : TableAccess.ByUrl;
    }

    /// <summary>The refusal of credentials for a table; null where they are offered.</summary>
    public ProtocolRefusal? Refuse(GrantedTable table) => FindFault(table) is { } fault ? NotOffered(table, fault) : null;

    /// <summary>400: there are no such credentials. The record says why.</summary>
    public static ProtocolRefusal NotOffered(GrantedTable table, string reason) =>
        ProtocolRefusals.Unsupported(
            $"Generating temporary credentials is not supported because directory access is not offered for table: {table.FullName}. "
                + "Its files are read by the addresses of the query call."
        ) with
        {
            OperatorMessage = reason,
        };

    private string? FindFault(GrantedTable table)
    {
        if (!table.DirectoryAccess)
            return "directory_access_enabled is off for the table.";
        if (DirectoryRules.HasLimits(table.HistoryShared, table.ChangeFeedShared, table.StartVersion))
            return "The table is not shared with all its history and changes.";
        return credentials.AreOfferedAt(table.Location) ? null : "The storage root of the table gives out no temporary credentials.";
    }
}
