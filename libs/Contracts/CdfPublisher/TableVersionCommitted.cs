namespace Tideway.Contracts.CdfPublisher;

/// <summary>A new version of a published table was noticed.</summary>
public sealed record TableVersionCommitted
{
    /// <summary>Root folder of the Delta table as a URL.</summary>
    public required string StorageLocation { get; init; }

    /// <summary>The version.</summary>
    public required long Version { get; init; }

    /// <summary>When the table's owner committed it.</summary>
    public required DateTimeOffset CommittedAt { get; init; }

    /// <summary>Rows added, where the log says so.</summary>
    public long? RowsAdded { get; init; }

    /// <summary>Rows removed, where the log says so.</summary>
    public long? RowsRemoved { get; init; }

    /// <summary>Rows changed, where the log says so.</summary>
    public long? RowsChanged { get; init; }

    /// <summary>Data files added.</summary>
    public required long FilesAdded { get; init; }

    /// <summary>Data files removed.</summary>
    public required long FilesRemoved { get; init; }

    /// <summary>Size of the data files added, in bytes.</summary>
    public required long BytesAdded { get; init; }

    /// <summary>SHA-256 of the schema, in hex; equal for equal schemas.</summary>
    public required string SchemaFingerprint { get; init; }

    /// <summary>When it happened, UTC.</summary>
    public required DateTimeOffset OccurredAt { get; init; }
}
