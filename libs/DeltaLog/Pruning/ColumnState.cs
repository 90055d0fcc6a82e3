namespace Tideway.DeltaLog.Pruning;

/// <summary>What is known of a column's values in one file. Used again for file after file.</summary>
internal sealed class ColumnState
{
    public bool MayBeNull { get; private set; } = true;

    public bool MayBeValue { get; private set; } = true;

    /// <summary>Whether all rows have one and the same value, as in a partition.</summary>
    public bool IsExact { get; private set; }

    /// <summary>No value is less.</summary>
    public Bound Min { get; } = new();

    /// <summary>No value is greater, not-a-numbers aside.</summary>
    public Bound Max { get; } = new();

    public void Forget()
    {
        (MayBeNull, MayBeValue, IsExact) = (true, true, false);
        Min.Forget();
        Max.Forget();
    }

    /// <summary>All rows are null.</summary>
    public void SetNull()
    {
        Forget();
        MayBeValue = false;
    }

    /// <summary>All rows have the value that <see cref="Min"/> and <see cref="Max"/> are.</summary>
    public void SetExact() => (MayBeNull, IsExact) = (false, true);

    public void SetCounts(long nulls, long? rows, bool isNested)
    {
        // A field is null where the structure around it is, which writers count or do not.
        if (nulls == 0 && !isNested)
            MayBeNull = false;
        if (nulls >= rows)
            MayBeValue = false;
    }
}
