using Tideway.ShareRegistry.Tables;

namespace Tideway.ShareRegistry.Shares;

/// <summary>Reads what a request says about a table and looks at the table it names.</summary>
internal sealed class TableChangeReader(TableProbe probe, TimeProvider time)
{
    public async Task<Outcome<TableChange>> ReadAsync(string field, string action, SharedDataObject table, string actor, CancellationToken cancellationToken) =>
        action switch
        {
            SharedDataObjectUpdate.Add => await ReadAddAsync(field, table, actor, cancellationToken),
            SharedDataObjectUpdate.Remove => new TableChange.Remove(table.Name, table.SharedAs),
            _ => await ReadUpdateAsync(field, table, cancellationToken),
        };

    private async Task<Outcome<TableChange>> ReadAddAsync(string field, SharedDataObject table, string actor, CancellationToken cancellationToken)
    {
        var name = table.Name ?? table.SharedAs!;
        if (name.Length > ShareLimits.NameLength)
            return Refusal.Invalid($"{field}.name: expected at most {ShareLimits.NameLength} characters, got {name.Length}.");
        if (CheckValues(field, table, out var historyShared) is { } invalid)
            return invalid;
        if (
            ShareFields.ReadSharedAs(
                table.SharedAs is null ? $"{field}.name" : $"{field}.shared_as",
                table.SharedAs ?? ShareFields.DefaultSharedAs(name),
                out var alias
            ) is
            { } unnamed
        )
            return unnamed;
        if (table.CdfEnabled == true && historyShared == false)
            return Refusal.Invalid($"{field}.cdf_enabled: needs history_data_sharing_status ENABLED, got DISABLED.");
        if (table.StorageLocation is null)
            return Refusal.Invalid($"{field}.storage_location: expected the folder of a Delta table, got none.");
        var probed = await probe.LookAsync($"{field}.storage_location", table.StorageLocation, cancellationToken);
        if (probed.Refusal is not null)
            return probed.Refusal;
        var added = new ShareTable
        {
            TableId = Guid.CreateVersion7(time.GetUtcNow()),
            SourceName = name,
            SchemaName = alias.Schema,
            TableName = alias.Name,
            Location = probed.Value!.Location.AbsoluteUri,
            HistoryShared = historyShared ?? table.CdfEnabled ?? false,
            ChangeFeedShared = table.CdfEnabled ?? false,
            // What was before a table was shared stays with its owner unless the owner says otherwise.
            StartVersion = table.StartVersion ?? probed.Value.Version,
            PlainCopies = table.PlainCopiesEnabled ?? true,
            DirectoryAccess = table.DirectoryAccessEnabled ?? false,
            Comment = table.Comment,
            AddedAt = time.GetUtcNow(),
            AddedBy = actor,
        };
        return DirectoryRules.FindFault(added) is { } fault ? Refusal.Invalid($"{field}.directory_access_enabled: {fault}") : new TableChange.Add(added);
    }

    private async Task<Outcome<TableChange>> ReadUpdateAsync(string field, SharedDataObject table, CancellationToken cancellationToken)
    {
        if (CheckValues(field, table, out var historyShared) is { } invalid)
            return invalid;
        (string, string)? alias = null;
        if (table.SharedAs is not null)
        {
            if (ShareFields.ReadSharedAs($"{field}.shared_as", table.SharedAs, out var parts) is { } unnamed)
                return unnamed;
            alias = parts;
        }

        Uri? location = null;
        if (table.StorageLocation is not null)
        {
            var probed = await probe.LookAsync($"{field}.storage_location", table.StorageLocation, cancellationToken);
            if (probed.Refusal is not null)
                return probed.Refusal;
            location = probed.Value!.Location;
        }

        return new TableChange.Update(table.Name)
        {
            SharedAs = alias,
            Location = location?.AbsoluteUri,
            HistoryShared = historyShared ?? (table.CdfEnabled == true ? true : null),
            ChangeFeedShared = table.CdfEnabled,
            StartVersion = table.StartVersion,
            PlainCopies = table.PlainCopiesEnabled,
            DirectoryAccess = table.DirectoryAccessEnabled,
            Comment = table.Comment,
        };
    }

    private static Refusal? CheckValues(string field, SharedDataObject table, out bool? historyShared)
    {
        if (ShareFields.ReadHistoryStatus($"{field}.history_data_sharing_status", table.HistoryDataSharingStatus, out historyShared) is { } status)
            return status;
        if (table.StartVersion < 0)
            return Refusal.Invalid($"{field}.start_version: expected 0 or more, got {table.StartVersion}.");
        return ShareFields.CheckComment($"{field}.comment", table.Comment);
    }
}
