namespace Tideway.CdfPublisher.Shares;

/// <summary>A table that a recipient may read, as a share shows it.</summary>
internal sealed record GrantedTable
{
    public required Guid ShareId { get; init; }

    public required string ShareName { get; init; }

    public required Guid TableId { get; init; }

    public required string SchemaName { get; init; }

    public required string TableName { get; init; }

    /// <summary>Root folder of the Delta table as a URL.</summary>
    public required string StorageLocation { get; init; }

    public required bool HistoryShared { get; init; }

    public required bool ChangeFeedShared { get; init; }

    public required long StartVersion { get; init; }

    /// <summary>Whether its files are not to be written again for clients that read only plain Parquet.</summary>
    public required bool PlainCopiesRefused { get; init; }

    /// <summary>As error texts name it.</summary>
    public string FullName => $"{ShareName}.{SchemaName}.{TableName}";
}

/// <summary>A share that a recipient may read.</summary>
internal sealed record GrantedShare
{
    public required Guid ShareId { get; init; }

    public required string ShareName { get; init; }
}
