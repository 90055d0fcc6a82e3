namespace Tideway.ShareRegistry.Shares;

/// <summary>The tables of a share while they are being changed.</summary>
internal sealed class TableList(string shareName, IEnumerable<ShareTable> tables)
{
    private readonly List<ShareTable> tables = [.. tables];

    public IReadOnlyList<ShareTable> Tables => tables;

    /// <summary>Applies a change, or says why not.</summary>
    public Refusal? Apply(TableChange change) =>
        change switch
        {
            TableChange.Add add => Add(add.Table),
            TableChange.Remove remove => Remove(remove),
            TableChange.Update update => Update(update),
            _ => throw new System.Diagnostics.UnreachableException(),
        };

    private Refusal? Add(ShareTable table)
    {
        if (IndexOf(table.SharedAs) >= 0)
            return AlreadyThere(table.SharedAs);
        if (tables.Count >= ShareLimits.TablesPerShare)
            return Refusal.LimitExceeded($"Share '{shareName}' holds {ShareLimits.TablesPerShare} tables already, which is the most there may be.");
        tables.Add(table);
        return null;
    }

    private Refusal? Remove(TableChange.Remove remove)
    {
        if (Find(remove.Name, remove.SharedAs, out var index) is { } refusal)
            return refusal;
        tables.RemoveAt(index);
        return null;
    }

    private Refusal? Update(TableChange.Update update)
    {
        // Where the name alone does not tell which, the alias says which instead of being the new one.
        if (Find(update.Name, update.SharedAs is { } alias ? $"{alias.Schema}.{alias.Table}" : null, out var index) is { } refusal)
            return refusal;
        var before = tables[index];
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
        if (DirectoryRules.FindFault(after) is { } fault)
            return Refusal.Invalid($"directory_access_enabled of '{after.SharedAs}' {fault}");
        var taken = IndexOf(after.SharedAs);
        if (taken >= 0 && taken != index)
            return AlreadyThere(after.SharedAs);
        tables[index] = after;
        return null;
    }

    private Refusal? Find(string? name, string? sharedAs, out int index)
    {
        var matches = Enumerable.Range(0, tables.Count).Where(i => name is not null && Same(tables[i].SourceName, name)).ToList();
        if (matches.Count > 1 && sharedAs is not null)
            matches.RemoveAll(i => !Same(tables[i].SharedAs, sharedAs));
        if (matches.Count == 0)
            matches.AddRange(Enumerable.Range(0, tables.Count).Where(i => Same(tables[i].SharedAs, name ?? sharedAs ?? "")));
        index = matches.Count == 1 ? matches[0] : -1;
        return matches.Count switch
        {
            1 => null,
            0 => Refusal.NotFound("TABLE_DOES_NOT_EXIST", $"Table '{name ?? sharedAs}' is not in share '{shareName}'."),
            _ => Refusal.Invalid($"Several tables of share '{shareName}' are named '{name}'; say which by its present shared_as."),
        };
    }

    private int IndexOf(string sharedAs) => tables.FindIndex(table => Same(table.SharedAs, sharedAs));

    private Refusal AlreadyThere(string sharedAs) => Refusal.Conflict("RESOURCE_ALREADY_EXISTS", $"Share '{shareName}' has a table '{sharedAs}' already.");

    private static bool Same(string left, string right) => string.Equals(Share.KeyOf(left), Share.KeyOf(right), StringComparison.Ordinal);
}
