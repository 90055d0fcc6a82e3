using System.Text.Json.Serialization;

namespace Tideway.DeltaSharing.Protocol.Listing;

/// <summary>A share in a list.</summary>
public sealed record ShareItem
{
    /// <summary>The name, unique on the server.</summary>
    public required string Name { get; init; }

    /// <summary>The id, unique on the server and never changing.</summary>
    public string? Id { get; init; }

    /// <summary>A name for people, at most 255 characters.</summary>
    public string? DisplayName { get; init; }

    /// <summary>What the share is, at most 65,536 characters.</summary>
    public string? Comment { get; init; }

    /// <summary>At most 50 pairs; keys of at most 255 characters, values of at most 1,000.</summary>
    [JsonConverter(typeof(TextPairs))]
    public IReadOnlyDictionary<string, string>? Properties { get; init; }
}
