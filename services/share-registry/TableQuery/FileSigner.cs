using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Changes;
using Tideway.DeltaLog.Snapshots;
using Tideway.DeltaSharing.Server.Answers;
using Tideway.DeltaSharing.Server.Parameters;
using Tideway.ObjectStorage.Signing;
using Tideway.ShareRegistry.Tables;

namespace Tideway.ShareRegistry.TableQuery;

/// <summary>Hands out the files of one answer, each with an address that its recipient can read for a while.</summary>
internal sealed class FileSigner(IUrlSigner signer, ServedTable table, TimeSpan lifetime, FileIdHash idHash, string requestId, string context)
{
    private static readonly IReadOnlyDictionary<string, string?> NoValues = new Dictionary<string, string?>(StringComparer.Ordinal);

    /// <summary>When the first of the addresses made so far ends to be good.</summary>
    public DateTimeOffset? FirstExpiry { get; private set; }

    /// <summary>A file of a snapshot; with the version where one was asked for.</summary>
    public SharedFile Sign(AddFile file, Snapshot? pinned) =>
        new()
        {
            Url = Sign(file.Path),
            Id = idHash.Of(file.Path),
            PartitionValues = file.PartitionValues,
            Size = file.Size,
            Stats = file.Stats,
            Version = pinned?.Version,
            CommittedAt = pinned?.Timestamp,
        };

    /// <summary>A file that a commit added.</summary>
    public SharedFile Sign(AddFile file, VersionChanges changes) =>
        new()
        {
            Url = Sign(file.Path),
            Id = idHash.Of(file.Path),
            PartitionValues = file.PartitionValues,
            Size = file.Size,
            Stats = file.Stats,
            Version = changes.Version,
            CommittedAt = changes.Timestamp,
        };

    /// <summary>A file that a commit removed.</summary>
    public SharedFile Sign(RemoveFile file, VersionChanges changes) =>
        new()
        {
            Url = Sign(file.Path),
            Id = idHash.Of(file.Path),
            PartitionValues = file.PartitionValues ?? NoValues,
            Size = file.Size ?? 0,
            Version = changes.Version,
            CommittedAt = changes.Timestamp,
        };

    private SignedUrl Sign(string path)
    {
        var signed = signer.Sign(table.Location, FilePath.Key(path, table.Table.Store.Root), lifetime, requestId, context);
        if (FirstExpiry is null || signed.ExpiresAt < FirstExpiry)
            FirstExpiry = signed.ExpiresAt;
        return signed;
    }
}
