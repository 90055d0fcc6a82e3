namespace Tideway.InboundSync.Runs;

/// <summary>What a run brought.</summary>
/// <param name="FromVersion">Remote version held before; <see langword="null"/> at the first run.</param>
/// <param name="ToVersion">Remote version held now.</param>
/// <param name="LocalVersion">Version of the local table.</param>
/// <param name="WholeTable">Whether the whole table was taken instead of its changes.</param>
/// <param name="Rows">Rows changed, where counted.</param>
public sealed record SyncOutcome(long? FromVersion, long ToVersion, long LocalVersion, bool WholeTable, ChangedRows? Rows = null)
{
    /// <summary>Whether anything was taken in.</summary>
    public bool Changed => FromVersion != ToVersion;
}

/// <summary>Rows that a merge changed.</summary>
public sealed record ChangedRows(long Inserted, long Updated, long Deleted);

/// <summary>A batch that cannot be applied however often it is tried: it is set aside with the reason.</summary>
public sealed class QuarantineException(string tableId, long fromVersion, long toVersion, long? rows, string message) : Exception(message)
{
    /// <summary>Id of the remote table.</summary>
    public string TableId { get; } = tableId;

    public long FromVersion { get; } = fromVersion;

    public long ToVersion { get; } = toVersion;

    public long? Rows { get; } = rows;
}
