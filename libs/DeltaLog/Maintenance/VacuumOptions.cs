using Tideway.ObjectStorage;

namespace Tideway.DeltaLog.Maintenance;

/// <summary>How a table is cleaned.</summary>
public sealed record VacuumOptions
{
    /// <summary>How long files that no version needs any more are kept; the table's <c>delta.deletedFileRetentionDuration</c> where not set.</summary>
    public TimeSpan? Retention { get; init; }

    /// <summary>Allows a shorter retention than the table's. Readers of older versions and writers at work can then lose files under their hands.</summary>
    public bool Force { get; init; }

    /// <summary>Only says what would be deleted.</summary>
    public bool DryRun { get; init; }

    /// <summary>Whether beginning and end are recorded in the table's history.</summary>
    public bool RecordInHistory { get; init; } = true;

    /// <summary>Gets every file that is deleted, or would be.</summary>
    public Action<ObjectInfo>? OnFile { get; init; }

    /// <summary>Gets the number of files looked at, every now and then.</summary>
    public IProgress<long>? Progress { get; init; }
}

/// <summary>What was cleaned.</summary>
/// <param name="Version">The version whose files were kept.</param>
/// <param name="Files">Files deleted, or that would be.</param>
/// <param name="Bytes">Their size.</param>
/// <param name="FilesKept">Files of the table's folder that stay.</param>
/// <param name="Cutoff">Files younger than this were kept whatever they are.</param>
public sealed record VacuumResult(long Version, long Files, long Bytes, long FilesKept, DateTimeOffset Cutoff);
