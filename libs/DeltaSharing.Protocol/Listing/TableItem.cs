namespace Tideway.DeltaSharing.Protocol.Listing;

/// <summary>A table in a list.</summary>
public sealed record TableItem
{
    /// <summary>The name, unique in the schema.</summary>
    public required string Name { get; init; }

    /// <summary>The schema's name.</summary>
    public required string Schema { get; init; }

    /// <summary>The share's name.</summary>
    public required string Share { get; init; }

    /// <summary>The share's id, never changing.</summary>
    public string? ShareId { get; init; }

    /// <summary>The table's id, unique in the share and never changing.</summary>
    public string? Id { get; init; }

    /// <summary>Where the table's folder is, for clients that read it themselves.</summary>
    public string? Location { get; init; }

    /// <summary>Other folders that hold files of the table.</summary>
    public IReadOnlyList<string>? AuxiliaryLocations { get; init; }

    /// <summary><c>url</c> and <c>dir</c>, as far as they are offered; absent means <c>url</c>.</summary>
    public IReadOnlyList<string>? AccessModes { get; init; }
}
