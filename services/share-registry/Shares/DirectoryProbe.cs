using Tideway.DeltaSharing.Server.Serving;
using Tideway.ObjectStorage;

namespace Tideway.ShareRegistry.Shares;

/// <summary>Sees, before tables are opened as whole folders, that the store really gives out credentials for a folder, so that the operator hears of it and not the recipients.</summary>
internal sealed class DirectoryProbe(ShareStore shares, StorageRoots roots, FolderCredentials credentials)
{
    /// <summary>Why a change cannot be made; null where it can, or where something else is wrong with it that the change itself will say.</summary>
    public async Task<Refusal?> CheckAsync(string shareName, IReadOnlyList<TableChange> changes, CancellationToken cancellationToken)
    {
        if (!changes.Any(Concerns) || await shares.FindAsync(shareName, cancellationToken) is not { } share)
            return null;
        var after = new TableList(share.Name, share.Tables);
        if (changes.Any(change => after.Apply(change) is not null))
            return null;
        // What one folder of a storage root gets, all get.
        var opened = after.Tables.Except(share.Tables).Where(table => table.DirectoryAccess);
        var tried = new HashSet<string>(StringComparer.Ordinal);
        foreach (var table in opened)
        {
            if (await TryAsync(table, tried, cancellationToken) is { } refusal)
                return refusal;
        }

        return null;
    }

    private static bool Concerns(TableChange change) =>
        change is TableChange.Add { Table.DirectoryAccess: true } or TableChange.Update { DirectoryAccess: true } or TableChange.Update { Location: not null };

    private async Task<Refusal?> TryAsync(ShareTable table, HashSet<string> tried, CancellationToken cancellationToken)
    {
        try
        {
            var folder = roots.Resolve(table.Location);
            if (tried.Add(folder.RootName))
                await credentials.IssueAsync(folder, cancellationToken);
            return null;
        }
        catch (ObjectStorageException exception)
        {
            return Refusal.Invalid($"directory_access_enabled of '{table.SharedAs}' needs a storage root that gives out credentials: {exception.Message}");
        }
    }
}
