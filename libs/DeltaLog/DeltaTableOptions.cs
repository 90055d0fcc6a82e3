using Tideway.DuckDb;

namespace Tideway.DeltaLog;

/// <summary>What a <see cref="DeltaTable"/> works with.</summary>
public sealed record DeltaTableOptions
{
    /// <summary>
    /// The DuckDB database that checkpoints are read and written with; stays open. It must be allowed to read and write files.
    /// Where not set, a database in memory is opened each time one is needed.
    /// </summary>
    public DuckDbDatabase? Database { get; init; }

    /// <summary>An existing folder on local disk for files in transit; the system's folder for temporary files where not set.</summary>
    public string? TemporaryFolder { get; init; }
}
