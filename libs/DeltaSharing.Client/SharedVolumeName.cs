using Tideway.DeltaSharing.Protocol;
using Tideway.DeltaSharing.Protocol.Listing;

namespace Tideway.DeltaSharing.Client;

/// <summary>A volume of a server: a folder with files of any kind.</summary>
/// <param name="Share">The share's name.</param>
/// <param name="Schema">The schema's name.</param>
/// <param name="Volume">The volume's name.</param>
public sealed record SharedVolumeName(string Share, string Schema, string Volume)
{
    /// <summary>The name of a listed volume.</summary>
    public static SharedVolumeName Of(VolumeItem item)
    {
        ArgumentNullException.ThrowIfNull(item);
        return new SharedVolumeName(item.Share, item.Schema, item.Name);
    }

    /// <summary><c>share.schema.volume</c>.</summary>
    public override string ToString() => $"{Share}.{Schema}.{Volume}";

    internal string Path => $"{SharedTableName.SchemaPath(Share, Schema)}/volumes/{SharedTableName.Segment(Volume, SharingName.FindObjectFault(Volume))}";
}
