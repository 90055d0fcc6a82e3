namespace Tideway.ShareRegistry.Shares;

/// <summary>How much there may be.</summary>
internal static class ShareLimits
{
    public const int Shares = 1000;
    public const int TablesPerShare = 1000;
    public const int VolumesPerShare = 1000;
    public const int NameLength = 255;
    public const int CommentLength = 65_536;
    public const int DisplayNameLength = 255;
    public const int Properties = 50;
    public const int PropertyKeyLength = 255;
    public const int PropertyValueLength = 1000;
}
