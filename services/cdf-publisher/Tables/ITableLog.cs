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

    /// <summary>The first version from which every commit up to the latest is there; null where no commit is.</summary>
    Task<long?> FindEarliestCommitAsync(string location, CancellationToken cancellationToken);

    /// <summary>What the versions from <paramref name="from"/> on did, as far as their commits follow one another; none where that one is not there.</summary>
    IAsyncEnumerable<CommittedVersion> ReadCommitsAsync(string location, long from, CancellationToken cancellationToken);
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

    public RowCounts Rows { get; init; }

    public required long FilesAdded { get; init; }

    public required long FilesRemoved { get; init; }

    public required long BytesAdded { get; init; }

    /// <summary>Where the commit sets metadata, what it sets.</summary>
    public TableSchemaState? NewState { get; init; }
}

/// <summary>Rows that a commit added, removed and changed; null where the log does not say.</summary>
internal readonly record struct RowCounts(long? Added, long? Removed, long? Changed);
