namespace Tideway.DeltaLog.Maintenance;

/// <summary>How files are put together.</summary>
public sealed record OptimizeOptions
{
    /// <summary>A condition on the partition columns, as SQL: only partitions for which it holds; all where not set.</summary>
    public string? PartitionSql { get; init; }

    /// <summary>Size of the files to make, in bytes; the table's <c>delta.targetFileSize</c> where not set, else 128 MiB.</summary>
    public long? TargetFileBytes { get; init; }

    /// <summary>What is committed together at most, in bytes, so that long work is not lost whole.</summary>
    public long CommitBytes { get; init; } = 16L * 1024 * 1024 * 1024;

    /// <summary>Only says what would be done.</summary>
    public bool DryRun { get; init; }

    /// <summary>Hears after each group of files.</summary>
    public IProgress<OptimizeProgress>? Progress { get; init; }
}

/// <summary>How far it got.</summary>
/// <param name="Groups">Groups of files to write together.</param>
/// <param name="GroupsDone">Those written.</param>
/// <param name="Bytes">Size of all.</param>
/// <param name="BytesDone">Size of those written.</param>
public sealed record OptimizeProgress(int Groups, int GroupsDone, long Bytes, long BytesDone);

/// <summary>What was put together.</summary>
public sealed record OptimizeResult
{
    /// <summary>The latest version then.</summary>
    public required long Version { get; init; }

    /// <summary>Groups of files written together; in a dry run those that would be.</summary>
    public int Groups { get; init; }

    /// <summary>Groups that were left as they are, because another writer changed their rows meanwhile.</summary>
    public int GroupsSkipped { get; init; }

    /// <summary>Files that gave way.</summary>
    public long FilesRemoved { get; init; }

    /// <summary>Files that took their place.</summary>
    public long FilesAdded { get; init; }

    /// <summary>Size of the files that gave way.</summary>
    public long BytesRemoved { get; init; }

    /// <summary>Size of the files that took their place.</summary>
    public long BytesAdded { get; init; }
}
