using System.Runtime.CompilerServices;
using Tideway.DeltaLog;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Changes;
using Tideway.DeltaLog.Snapshots;
using Tideway.DeltaSharing.Protocol.Lines;
using Tideway.DeltaSharing.Server.Parameters;
using Tideway.ObjectStorage;
using Tideway.ObjectStorage.Signing;

namespace Tideway.CdfPublisher.Changes;

/// <summary>Makes the lines of a changes answer, each with a signed address.</summary>
internal sealed class ChangeLines(
    DeltaTable table,
    StorageLocation location,
    IUrlSigner signer,
    TimeSpan lifetime,
    FileIdHash idHash,
    string requestId,
    string context
)
{
    private static readonly Dictionary<string, string?> NoPartitions = [];

    /// <summary>When the first address ends to be good, in milliseconds of unix time; null before there is one.</summary>
    public long? FirstExpiry { get; private set; }

    public async IAsyncEnumerable<SharingLine> WriteAsync(
        IAsyncEnumerable<VersionChanges> versions,
        long start,
        bool withMetadata,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await foreach (var changes in versions.WithCancellation(cancellationToken))
        {
            // Clients crash on metadata among the files that they did not ask for.
            if (withMetadata && changes.Version > start && changes.Metadata is { } metadata)
                yield return ChangeFeed.MetadataOf(metadata, changes.Version);
            foreach (var file in ChangeScan.FilesOf(changes))
                yield return await LineAsync(file, changes, cancellationToken);
        }
    }

    private async ValueTask<SharingLine> LineAsync(DeltaAction file, VersionChanges changes, CancellationToken cancellationToken)
    {
        var timestamp = changes.Timestamp.ToUnixTimeMilliseconds();
        switch (file)
        {
            case AddCdcFile cdc:
                var (cdcUrl, cdcExpiry) = Sign(cdc.Path);
                return new CdfLine
                {
                    Url = cdcUrl,
                    Id = idHash.Of(cdc.Path),
                    PartitionValues = cdc.PartitionValues,
                    Size = cdc.Size,
                    Timestamp = timestamp,
                    Version = changes.Version,
                    ExpirationTimestamp = cdcExpiry,
                };
            case AddFile add:
                var (addUrl, addExpiry) = Sign(add.Path);
                return new AddLine
                {
                    Url = addUrl,
                    Id = idHash.Of(add.Path),
                    PartitionValues = add.PartitionValues,
                    Size = add.Size,
                    Stats = add.Stats,
                    Timestamp = timestamp,
                    Version = changes.Version,
                    ExpirationTimestamp = addExpiry,
                };
            case RemoveFile remove:
                var (removeUrl, removeExpiry) = Sign(remove.Path);
                return new RemoveLine
                {
                    Url = removeUrl,
                    Id = idHash.Of(remove.Path),
                    PartitionValues = remove.PartitionValues ?? NoPartitions,
                    Size = remove.Size ?? await FindSizeAsync(remove.Path, cancellationToken),
                    Timestamp = timestamp,
                    Version = changes.Version,
                    ExpirationTimestamp = removeExpiry,
                };
            default:
                throw new ArgumentException($"Expected a file, got {file.GetType().Name}.", nameof(file));
        }
    }

    private (string Url, long Expiry) Sign(string path)
    {
        var signed = signer.Sign(location, FilePath.Key(path, table.Store.Root), lifetime, requestId, context);
        var expiry = signed.ExpiresAt.ToUnixTimeMilliseconds();
        FirstExpiry = FirstExpiry is { } first && first < expiry ? first : expiry;
        return (signed.Url, expiry);
    }

    // Older writers leave the size out of what they remove.
    private async Task<long> FindSizeAsync(string path, CancellationToken cancellationToken) =>
        (await table.Store.FindAsync(FilePath.Key(path, table.Store.Root), cancellationToken))?.Size ?? 0;
}
