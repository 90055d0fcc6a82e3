namespace Tideway.Contracts.ShareRegistry;

/// <summary>A table as a share shows it.</summary>
public sealed record SharedTable
{
    /// <summary>Identity of the table within the share; survives renaming.</summary>
    public required Guid TableId { get; init; }

    /// <summary>Schema under which recipients see the table.</summary>
    public required string Schema { get; init; }

    /// <summary>Name under which recipients see the table.</summary>
    public required string Name { get; init; }

    /// <summary>Root folder of the Delta table as a URL, for example <c>file:///srv/tables/flights</c>.</summary>
    public required string StorageLocation { get; init; }

    /// <summary>Whether recipients may read earlier versions and row changes.</summary>
    public bool HistoryShared { get; init; }

    /// <summary>Whether recipients may read row changes.</summary>
    public bool ChangeFeedShared { get; init; }

    /// <summary>First version that recipients may see.</summary>
    public long StartVersion { get; init; }

    /// <summary>Whether its files are not to be written again for clients that read only plain Parquet.</summary>
    public bool PlainCopiesRefused { get; init; }
}
