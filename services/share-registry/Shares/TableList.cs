namespace Tideway.ShareRegistry.Shares;

/// <summary>The tables of a share while they are being changed.</summary>
internal sealed class TableList(string shareName, IEnumerable<ShareTable> tables)
{
    private readonly ObjectList<ShareTable> list = new(shareName, "table", ShareLimits.TablesPerShare, tables);

    public IReadOnlyList<ShareTable> Tables => list.Items;

    /// <summary>Applies a change, or says why not.</summary>
    public Refusal? Apply(TableChange change) =>
        change switch
        {
            TableChange.Add add => list.Add(add.Table),
            TableChange.Remove remove => list.Remove(remove.Name, remove.SharedAs),
            TableChange.Update update => Update(update),
            _ => throw new System.Diagnostics.UnreachableException(),
        };

    private Refusal? Update(TableChange.Update update)
    {
        // Where the name alone does not tell which, the alias says which instead of being the new one.
        return list.Update(
            update.Name,
            update.SharedAs is { } alias ? $"{alias.Schema}.{alias.Table}" : null,
            before =>
            {
                var after = before with
                {
                    SchemaName = update.SharedAs?.Schema ?? before.SchemaName,
                    TableName = update.SharedAs?.Table ?? before.TableName,
                    Location = update.Location ?? before.Location,
                    HistoryShared = update.HistoryShared ?? before.HistoryShared,
                    ChangeFeedShared = update.ChangeFeedShared ?? before.ChangeFeedShared,
                    StartVersion = update.StartVersion ?? before.StartVersion,
                    PlainCopies = update.PlainCopies ?? before.PlainCopies,
                    DirectoryAccess = update.DirectoryAccess ?? before.DirectoryAccess,
                    Comment = update.Comment ?? before.Comment,
                };
                if (after.ChangeFeedShared && !after.HistoryShared)
                    return Refusal.Invalid($"cdf_enabled of '{after.SharedAs}' needs history_data_sharing_status ENABLED, got DISABLED.");
                return DirectoryRules.FindFault(after) is { } fault ? Refusal.Invalid($"directory_access_enabled of '{after.SharedAs}' {fault}") : after;
            }
        );
    }
}
