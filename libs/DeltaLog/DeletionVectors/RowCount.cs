namespace Tideway.DeltaLog.DeletionVectors;

/// <summary>Takes positions of rows in a file as they are read.</summary>
internal interface IRowSink
{
    /// <summary>Rows after all that came before; <see cref="FormatException"/> where they are not.</summary>
    void Append(long start, long end);
}

/// <summary>Counts rows.</summary>
internal sealed class RowCount : IRowSink
{
    private long last;

    public long Count { get; private set; }

    public void Append(long start, long end)
    {
        if (start < last)
            throw new FormatException("the positions do not rise");
        last = end;
        Count += end - start;
    }
}
