namespace Tideway.ShareRegistry.Catalog;

/// <summary>A share that a recipient may read.</summary>
internal sealed record GrantedShare
{
    public Guid ShareId { get; init; }
    public string Name { get; init; } = "";
    public string? DisplayName { get; init; }
    public string? Comment { get; init; }
    public string? Properties { get; init; }
    public string Key { get; init; } = "";
}

/// <summary>A schema of such a share.</summary>
internal sealed record GrantedSchema
{
    public string Name { get; init; } = "";
    public string Key { get; init; } = "";
}

/// <summary>A table of such a share.</summary>
internal sealed record GrantedTable
{
    public Guid TableId { get; init; }
    public Guid ShareId { get; init; }
    public string ShareName { get; init; } = "";
    public string SchemaName { get; init; } = "";
    public string SchemaKey { get; init; } = "";
    public string TableName { get; init; } = "";
    public string TableKey { get; init; } = "";
    public string Location { get; init; } = "";
    public bool HistoryShared { get; init; }
    public bool ChangeFeedShared { get; init; }
    public long StartVersion { get; init; }

    /// <summary>Whether its files may be written again for clients that read only plain Parquet.</summary>
    public bool PlainCopies { get; init; }

    /// <summary>Whether its owner lets recipients read its folder with credentials of the store.</summary>
    public bool DirectoryAccess { get; init; }

    /// <summary>The name in the texts of errors.</summary>
    public string FullName => $"{ShareName}.{SchemaName}.{TableName}";
}
