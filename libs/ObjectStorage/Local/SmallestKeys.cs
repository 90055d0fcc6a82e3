namespace Tideway.ObjectStorage.Local;

/// <summary>The smallest of many keys in ordinal order, with memory for twice as many as are wanted.</summary>
internal sealed class SmallestKeys(int count)
{
    private readonly List<string> keys = new(Math.Min(count, 512));
    private string? largest;

    /// <summary>Whether there were others.</summary>
    public bool HasMore { get; private set; }

    /// <summary>For how many there is room in memory.</summary>
    public int Capacity => keys.Capacity;

    /// <summary>Whether a key may be one of the smallest of those so far.</summary>
    public bool Takes(ReadOnlySpan<char> key)
    {
        if (largest is null || key.SequenceCompareTo(largest) < 0)
            return true;
        HasMore = true;
        return false;
    }

    public void Add(string key)
    {
        keys.Add(key);
        if (keys.Count == 2 * count)
            Trim();
    }

    /// <summary>The smallest in their order.</summary>
    public IReadOnlyList<string> Sorted()
    {
        Trim();
        return keys;
    }

    private void Trim()
    {
        keys.Sort(string.CompareOrdinal);
        if (keys.Count <= count)
            return;
        keys.RemoveRange(count, keys.Count - count);
        largest = keys[^1];
        HasMore = true;
    }
}
