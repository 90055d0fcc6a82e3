namespace Tideway.DeltaSharing.Protocol.Listing;

/// <summary>A schema in a list.</summary>
public sealed record SchemaItem
{
    /// <summary>The name, unique in the share.</summary>
    public required string Name { get; init; }

    /// <summary>The share's name.</summary>
    public required string Share { get; init; }
}
