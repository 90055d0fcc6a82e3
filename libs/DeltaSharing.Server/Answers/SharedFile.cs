using Tideway.DeltaSharing.Protocol.Lines;
using Tideway.DeltaSharing.Server.Parameters;
using Tideway.ObjectStorage.Signing;

namespace Tideway.DeltaSharing.Server.Answers;

/// <summary>A file that a table answer hands out, whatever line it becomes.</summary>
public sealed record SharedFile
{
    /// <summary>The signed address and its end.</summary>
    public required SignedUrl Url { get; init; }

    /// <summary>The file's id. See <see cref="FileIds.Of"/>.</summary>
    public required string Id { get; init; }

    /// <summary>Values of the partition columns as the log has them.</summary>
    public required IReadOnlyDictionary<string, string?> PartitionValues { get; init; }

    /// <summary>Length in bytes.</summary>
    public required long Size { get; init; }

    /// <summary>Statistics as the log has them.</summary>
    public string? Stats { get; init; }

    /// <summary>The version of the commit that the file is of.</summary>
    public long? Version { get; init; }

    /// <summary>When that commit was made.</summary>
    public DateTimeOffset? CommittedAt { get; init; }

    /// <summary>A file of a snapshot, with version and time as far as they are known.</summary>
    public FileLine ToFileLine() =>
        new()
        {
            Url = Url.Url,
            Id = Id,
            PartitionValues = PartitionValues,
            Size = Size,
            Stats = Stats,
            Version = Version,
            Timestamp = CommittedAt?.ToUnixTimeMilliseconds(),
            ExpirationTimestamp = Expiration,
        };

    /// <summary>A file whose rows came. Needs <see cref="Version"/> and <see cref="CommittedAt"/>, as all lines of commits do.</summary>
    public AddLine ToAddLine() =>
        new()
        {
            Url = Url.Url,
            Id = Id,
            PartitionValues = PartitionValues,
            Size = Size,
            Stats = Stats,
            Version = NeededVersion,
            Timestamp = NeededTimestamp,
            ExpirationTimestamp = Expiration,
        };

    /// <summary>A file of the change feed.</summary>
    public CdfLine ToCdfLine() =>
        new()
        {
            Url = Url.Url,
            Id = Id,
            PartitionValues = PartitionValues,
            Size = Size,
            Version = NeededVersion,
            Timestamp = NeededTimestamp,
            ExpirationTimestamp = Expiration,
        };

    /// <summary>A file whose rows went.</summary>
    public RemoveLine ToRemoveLine() =>
        new()
        {
            Url = Url.Url,
            Id = Id,
            PartitionValues = PartitionValues,
            Size = Size,
            Version = NeededVersion,
            Timestamp = NeededTimestamp,
            ExpirationTimestamp = Expiration,
        };

    private long Expiration => Url.ExpiresAt.ToUnixTimeMilliseconds();

    private long NeededVersion => Version ?? throw new InvalidOperationException("A file of a commit needs the commit's version.");

    private long NeededTimestamp => CommittedAt?.ToUnixTimeMilliseconds() ?? throw new InvalidOperationException("A file of a commit needs the commit's time.");
}
