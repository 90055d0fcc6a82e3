using Tideway.CdfPublisher.Shares;
using Tideway.DeltaSharing.Protocol;
using Tideway.DeltaSharing.Server.Parameters;

namespace Tideway.CdfPublisher.Changes;

/// <summary>A changes call about a table that its recipient may read.</summary>
internal sealed record ChangeCall(
    GrantedTable Table,
    Guid RecipientId,
    string RequestId,
    ChangeRange Range,
    ChangePages Pages,
    SharingCapabilities Capabilities,
    FileIdHash? IdHash
)
{
    /// <summary>Whether only the headers of the answer are wanted.</summary>
    public bool IsHead { get; init; }

    /// <summary>What of the table may be asked for.</summary>
    public TableRules Rules { get; } = RulesOf(Table);

    public static TableRules RulesOf(GrantedTable table) =>
        new(table.ShareName, table.SchemaName, table.TableName, table.HistoryShared, table.StartVersion, ChangesShared: table.ChangeFeedShared);
}
