using System.Text.Json.Serialization;

namespace Tideway.DeltaSharing.Protocol.Lines;

/// <summary>What all lines have that name a data file.</summary>
public abstract record DataFileLine : SharingLine
{
    private protected DataFileLine() { }

    /// <summary>Where to read the file, without further credentials.</summary>
    public required string Url { get; init; }

    /// <summary>The file's id: the same file has the same id in every answer.</summary>
    public required string Id { get; init; }

    /// <summary>Values of the partition columns as text; an empty text or <see langword="null"/> is null.</summary>
    public IReadOnlyDictionary<string, string?> PartitionValues
    {
        get => field ?? NoPartitions;
        init;
    }

    /// <summary>The file's length in bytes.</summary>
    public required long Size { get; init; }

    /// <summary>When <see cref="Url"/> ends to be good, in milliseconds of unix time.</summary>
    [JsonConverter(typeof(UnixMillisecondsOfEnd))]
    public long? ExpirationTimestamp { get; init; }

    private static readonly IReadOnlyDictionary<string, string?> NoPartitions = new Dictionary<string, string?>();
}
