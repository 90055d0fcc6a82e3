namespace Tideway.DeltaLog.Checkpoints;

/// <summary>Rows of a Parquet file on local disk, from <paramref name="From"/> up to but not with <paramref name="To"/>.</summary>
/// <param name="Path">The file.</param>
/// <param name="From">The first row.</param>
/// <param name="To">The row after the last one.</param>
/// <param name="IsWhole">Whether these are all rows of the file.</param>
internal readonly record struct RowRange(string Path, long From, long To, bool IsWhole)
{
    public long Count => To - From;
}
