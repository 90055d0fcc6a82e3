namespace Tideway.CdfPublisher.Tables;

/// <summary>What the watcher needs of a Delta log.</summary>
internal interface ITableLog
{
    /// <summary>The latest version; null where no table is there.</summary>
    Task<TableHead?> ReadHeadAsync(string location, CancellationToken cancellationToken);

    /// <summary>
    /// Size and time of the commit file of a version as storage lists them, which tell it from another under the same name; null where there
    /// is none. Cheap: nothing is read.
    /// </summary>
    Task<string?> FindCommitAsync(string location, long version, CancellationToken cancellationToken);

    /// <summary>What a version did; null where its commit file is not there.</summary>
    Task<CommittedVersion?> ReadCommitAsync(string location, long version, CancellationToken cancellationToken);
}

/// <summary>The latest version of a table.</summary>
internal sealed record TableHead(long Version, TableSchemaState State);

/// <summary>What of a table's metadata the watcher follows from version to version.</summary>
/// <param name="MetadataId">Identity of the table in its own log; another one under the same location is another table.</param>
/// <param name="SchemaFingerprint">SHA-256 of the schema string, in lower-case hex.</param>
/// <param name="ChangeFeedEnabled">Whether the version records its row changes.</param>
internal sealed record TableSchemaState(string MetadataId, string SchemaFingerprint, bool ChangeFeedEnabled);

/// <summary>What one commit did.</summary>
internal sealed record CommittedVersion
{
    public required long Version { get; init; }

    public required DateTimeOffset CommittedAt { get; init; }

    public long? RowsAdded { get; init; }

    public long? RowsRemoved { get; init; }

    public long? RowsChanged { get; init; }

    public required long FilesAdded { get; init; }

    public required long FilesRemoved { get; init; }

    public required long BytesAdded { get; init; }

    /// <summary>Where the commit sets metadata, what it sets.</summary>
    public TableSchemaState? NewState { get; init; }
}
