using Microsoft.Extensions.Options;
using Tideway.DeltaSharing.Server.PlainCopies;
using Tideway.ObjectStorage;
using Tideway.ShareRegistry.Shares;

namespace Tideway.ShareRegistry.Volumes;

/// <summary>Looks at a folder that somebody wants to share as a volume.</summary>
internal sealed class VolumeProbe(StorageRoots roots, IOptions<PlainCopyOptions> copies)
{
    private const string DeltaLog = "_delta_log/";

    /// <summary>Where the folder is, or why it cannot be shared, naming the field, the place and the reason.</summary>
    public async Task<Outcome<Uri>> LookAsync(string field, string location, CancellationToken cancellationToken)
    {
        try
        {
            var folder = roots.Resolve(location);
            if (folder.Uri.IsFile && !Directory.Exists(folder.Uri.LocalPath))
                return Unfit(field, location, "there is no such folder");
            if (IsOurOwn(folder))
                return Unfit(field, location, "the folder of plain copies holds files of tables");
            await foreach (var _ in roots.Open(folder).ListAsync("", cancellationToken: cancellationToken))
                break;
            return await FindTableAsync(folder, cancellationToken) is { } table
                ? Unfit(field, location, $"{table} is a Delta table; share it as a TABLE")
                : folder.Uri;
        }
        catch (ObjectStorageException exception)
        {
            return Unfit(field, location, exception.Message);
        }
    }

    private bool IsOurOwn(StorageLocation folder) =>
        copies.Value.Folder is not null && LocationOverlap.Exists(folder.Uri.AbsoluteUri, roots.Locate(PlainCopyOptions.RootName, "").Uri.AbsoluteUri);

    // The folder itself, or one that it lies in, also where that is beyond the folder's own root in another. Tables below it are looked for among those that are
    // shared.
    private async Task<Uri?> FindTableAsync(StorageLocation folder, CancellationToken cancellationToken)
    {
        foreach (var candidate in roots.Enclosing(folder))
        {
            await foreach (var _ in roots.Open(candidate).ListAsync(DeltaLog, cancellationToken: cancellationToken))
                return candidate.Uri;
        }

        return null;
    }

    private static Refusal Unfit(string field, string location, string reason) =>
        Refusal.Invalid($"{field}: expected a folder that can be listed and is no table, got '{ShareFields.Shorten(location)}': {reason}.");
}
