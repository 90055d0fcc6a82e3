using Microsoft.Extensions.Options;
using Tideway.DeltaSharing.Server.Serving;
using Tideway.Hosting.Web;

namespace Tideway.ShareRegistry.Volumes;

/// <summary>What a recipient is told of where a volume is.</summary>
internal sealed class VolumeAddress(FolderCredentials credentials, IOptions<PublicOptions> options)
{
    /// <summary>
    /// The folder in the object store, for who can take credentials for it; else the address below which this service gives out the volume's files. Where
    /// files are kept on our side is nobody's business who cannot read them there.
    /// </summary>
    public string Of(GrantedVolume volume) => (credentials.AreOfferedAt(volume.Location) ? volume.Location : Files(volume)) + "/";

    /// <summary>The address below which this service gives out the volume's files.</summary>
    public string Files(GrantedVolume volume) =>
        options
            .Value.At(
                $"/delta-sharing/shares/{Uri.EscapeDataString(volume.ShareName)}/schemas/{Uri.EscapeDataString(volume.SchemaName)}/volumes/{Uri.EscapeDataString(volume.VolumeName)}/files"
            )
            .AbsoluteUri;
}
