using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Commit;

namespace Tideway.DeltaLog.Reading;

/// <summary>What is read of a version.</summary>
public sealed record ScanOptions
{
    /// <summary>The columns, in this order; all of the schema where not set.</summary>
    public IReadOnlyList<string>? Columns { get; init; }

    /// <summary>
    /// A condition on the table's columns, as SQL. It is not looked at: one whose author is not trusted passes <see cref="Tideway.DuckDb.DuckDbConnection.CheckCondition"/> first.
    /// </summary>
    public string? WhereSql { get; init; }

    /// <summary>The files to read, out of the snapshot's; all where not set. Whoever passes them answers for what is left out.</summary>
    public IEnumerable<AddFile>? Files { get; init; }

    /// <summary>
    /// Leads from a data file's key to its path on local disk, for stores that are elsewhere and whose files were brought here before.
    /// Where not set, the store itself must be a local disk.
    /// </summary>
    public Func<string, string>? LocalPath { get; init; }

    /// <summary>
    /// Time zone (IANA name) of the writer, for timestamps in partition values that are written without a zone; newer writers give them in UTC.
    /// </summary>
    public string PartitionTimeZone { get; init; } = "UTC";

    /// <summary>
    /// For changes: whether versions whose change data feed was off are worked out from the rows that they took out of files and put into others. Rows that
    /// such a version only writes again are no changes then; an update is the deletion of one row and the insertion of another. Needs all rows of the
    /// files that a version rewrites to be compared. Where not set, each row that went with a file and each that came with one is a change.
    /// </summary>
    public bool DeriveChanges { get; init; }

    /// <summary>Adds the columns <c>__file</c> (path on local disk) and <c>__row</c> (position in the file), for rewriting.</summary>
    internal bool WithPositions { get; init; }

    /// <summary>Adds the columns of those names with the id and the commit version that each row keeps, for rewriting.</summary>
    internal RowColumns? RowColumns { get; init; }
}
