using Tideway.DeltaLog.DeletionVectors;

namespace Tideway.DeltaLog.Reading;

/// <summary>A file to read, or some of its rows.</summary>
/// <param name="LogPath">Path in the log.</param>
/// <param name="LocalPath">Path on local disk.</param>
/// <param name="PartitionValues">Its partition values.</param>
/// <param name="Rows">Which rows.</param>
/// <param name="Constants">Texts for columns that are the same for all its rows.</param>
internal sealed record ScanEntry(
    string LogPath,
    string LocalPath,
    IReadOnlyDictionary<string, string?> PartitionValues,
    RowFilter Rows,
    IReadOnlyList<string> Constants
);

/// <summary>All rows of a file, all but some, or only some.</summary>
/// <param name="Listed">The rows that are listed; <see langword="null"/> stands for all rows.</param>
/// <param name="Included">Whether the listed ones are read, and not the others.</param>
internal readonly record struct RowFilter(RowSet? Listed, bool Included)
{
    public static RowFilter All => default;

    public static RowFilter Without(RowSet? rows) => new(rows, Included: false);

    public static RowFilter Only(RowSet rows) => new(rows, Included: true);
}
