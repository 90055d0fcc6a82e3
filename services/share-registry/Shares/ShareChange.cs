namespace Tideway.ShareRegistry.Shares;

/// <summary>What is to change on a share; a null leaves things as they are.</summary>
internal sealed record ShareChange
{
    public string? NewName { get; init; }

    /// <summary>Empty takes the name for people away.</summary>
    public string? DisplayName { get; init; }

    public string? Comment { get; init; }

    /// <summary>Whether all properties are replaced by <see cref="Properties"/>.</summary>
    public bool SetsProperties { get; init; }

    public string? Properties { get; init; }
    public string? Owner { get; init; }
    public IReadOnlyList<TableChange> Tables { get; init; } = [];
    public IReadOnlyList<VolumeChange> Volumes { get; init; } = [];
}

/// <summary>What is to change on one table of a share.</summary>
internal abstract record TableChange
{
    private TableChange() { }

    /// <summary>A table joins, described in full.</summary>
    public sealed record Add(ShareTable Table) : TableChange;

    /// <summary>A table leaves.</summary>
    public sealed record Remove(string? Name, string? SharedAs) : TableChange;

    /// <summary>A table is described anew; a null leaves things as they are.</summary>
    public sealed record Update(string? Name) : TableChange
    {
        public (string Schema, string Table)? SharedAs { get; init; }
        public string? Location { get; init; }
        public bool? HistoryShared { get; init; }
        public bool? ChangeFeedShared { get; init; }
        public long? StartVersion { get; init; }
        public bool? PlainCopies { get; init; }
        public bool? DirectoryAccess { get; init; }
        public string? Comment { get; init; }
    }
}
