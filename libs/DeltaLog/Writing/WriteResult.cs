using Tideway.DeltaLog.Commit;

namespace Tideway.DeltaLog.Writing;

/// <summary>What an operation did.</summary>
public sealed record WriteResult
{
    /// <summary>The version that now holds the rows: the one committed, or the one found where there was nothing to do.</summary>
    public required long Version { get; init; }

    /// <summary>The commit; <see langword="null"/> where there was nothing to commit.</summary>
    public CommitResult? Commit { get; init; }

    /// <summary>Whether nothing was written because the table has the application's transaction already.</summary>
    public bool AlreadyCommitted { get; init; }

    /// <summary>Rows that are new.</summary>
    public long RowsInserted { get; init; }

    /// <summary>Rows that were changed.</summary>
    public long RowsUpdated { get; init; }

    /// <summary>Rows that were removed, where they were counted; an overwrite counts them by the files' statistics.</summary>
    public long RowsDeleted { get; init; }

    /// <summary>Rows that were written again because they shared a file with others.</summary>
    public long RowsCopied { get; init; }

    /// <summary>Data files added.</summary>
    public int FilesAdded { get; init; }

    /// <summary>Data files removed.</summary>
    public int FilesRemoved { get; init; }

    /// <summary>Length of the data files added, in bytes.</summary>
    public long BytesAdded { get; init; }
}
