using System.Text.Json.Serialization;

namespace Tideway.DeltaSharing.Protocol.Lines;

/// <summary>What all lines have that name a file of a commit.</summary>
public abstract record ChangedFileLine : DataFileLine
{
    private protected ChangedFileLine() { }

    /// <summary>The version of the commit.</summary>
    public required long Version { get; init; }

    /// <summary>When the commit was made, in milliseconds of unix time.</summary>
    [JsonConverter(typeof(UnixMilliseconds))]
    public required long Timestamp { get; init; }
}
