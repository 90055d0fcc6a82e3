namespace Tideway.ShareRegistry.Shares;

/// <summary>A share that is to be made.</summary>
internal sealed record NewShare(string Name)
{
    public string? DisplayName { get; init; }
    public string? Comment { get; init; }

    /// <summary>As <see cref="ShareProperties"/> writes them.</summary>
    public string? Properties { get; init; }

    public string? Owner { get; init; }
}
