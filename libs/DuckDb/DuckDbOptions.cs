namespace Tideway.DuckDb;

/// <summary>How a database is opened.</summary>
public sealed record DuckDbOptions
{
    /// <summary>The database file, made if absent; null for one in memory.</summary>
    public string? Path { get; init; }

    /// <summary>Open the file for reading only; it must exist.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>
    /// Bytes of memory that queries may use; beyond, they spill to disk where they can, else fail. Null: 80 % of the machine's. DuckDB does
    /// not count single values: a function that makes one of gigabytes, such as <c>repeat</c>, is only stopped by a limit on the process.
    /// </summary>
    public long? MemoryLimitBytes { get; init; }

    /// <summary>Threads that a query may use; null: one per core.</summary>
    public int? Threads { get; init; }

    /// <summary>Where queries spill to. Null: nowhere for a database in memory, beside the file for another.</summary>
    public string? TempDirectory { get; init; }

    /// <summary>Bytes that may be spilled; null: 90 % of the free disk.</summary>
    public long? MaxTempDirectoryBytes { get; init; }

    /// <summary>
    /// Whether DuckDB may fetch and load extensions by itself when a query needs one. What is built in (Parquet, JSON and the core
    /// functions) is always there.
    /// </summary>
    public bool AllowExtensionLoading { get; init; }

    /// <summary>
    /// For SQL that is not trusted: no files, network or attached databases except <see cref="AllowedPaths"/>,
    /// <see cref="AllowedDirectories"/> and <see cref="TempDirectory"/>, which SQL may then read and write, and no change of a setting.
    /// This shields what is outside of the database, not the database itself: give it to one untrusted party only, pass what that party
    /// wrote to <see cref="DuckDbConnection.PrepareUntrusted"/>, with a <see cref="MemoryLimitBytes"/> and a token that bounds the time.
    /// </summary>
    public bool Locked { get; init; }

    /// <summary>Files that SQL may read and write although the database is <see cref="Locked"/>.</summary>
    public IReadOnlyList<string> AllowedPaths { get; init; } = [];

    /// <summary>Folders that SQL may read and write below although the database is <see cref="Locked"/>.</summary>
    public IReadOnlyList<string> AllowedDirectories { get; init; } = [];

    /// <summary>Whether a query without ORDER BY keeps the order of what it reads. Off saves memory.</summary>
    public bool PreserveInsertionOrder { get; init; } = true;

    /// <summary>Other DuckDB settings by name, applied when the database opens.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();
}
