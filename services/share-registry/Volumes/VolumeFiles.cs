using Microsoft.Extensions.Options;
using Tideway.DeltaSharing.Protocol.Listing;
using Tideway.DeltaSharing.Server.Serving;
using Tideway.ObjectStorage;
using Tideway.ObjectStorage.Signing;

namespace Tideway.ShareRegistry.Volumes;

/// <summary>Signs addresses of files of volumes, by which their recipient reads them for a while.</summary>
internal sealed class VolumeFiles(IUrlSigner signer, IOptions<FileUrlOptions> options)
{
    /// <summary>To be awaited before addresses are signed.</summary>
    public ValueTask PrepareAsync(OpenVolume volume, CancellationToken cancellationToken) =>
        signer.PrepareAsync(volume.Location, options.Value.UrlLifetime, cancellationToken);

    /// <summary>The address of a file.</summary>
    public SignedUrl Sign(VolumeCall call, OpenVolume volume, string path) =>
        signer.Sign(volume.Location, path, options.Value.UrlLifetime, call.RequestId, ContextOf(call, volume));

    /// <summary>A file without an address.</summary>
    public static VolumeFileItem Describe(ObjectInfo file) =>
        new()
        {
            Path = file.Key,
            Size = file.Size,
            LastModified = file.LastModified.ToUnixTimeMilliseconds(),
        };

    /// <summary>A file with an address. One whose whole path is too long for a key of its storage root, which only local disks have, gets none.</summary>
    public VolumeFileItem DescribeSigned(ObjectInfo file, VolumeCall call, OpenVolume volume)
    {
        var item = Describe(file);
        try
        {
            var url = Sign(call, volume, file.Key);
            return item with { Url = url.Url, ExpirationTimestamp = url.ExpiresAt.ToUnixTimeMilliseconds() };
        }
        catch (ObjectStorageException exception) when (exception.Error is ObjectStorageError.InvalidKey)
        {
            return item;
        }
    }

    private static string ContextOf(VolumeCall call, OpenVolume volume) =>
        new FileUrlContext(call.RecipientId, call.Volume.ShareName, call.Volume.SchemaName, call.Volume.VolumeName) { VolumeDepth = volume.Depth }.ToText();
}
