using Tideway.DuckDb.Native;

namespace Tideway.DuckDb;

/// <summary>
/// The values of a <see cref="DuckDbVector"/> of text or bytes. Like a span it points into the memory of the chunk, and must not be used once that is disposed.
/// </summary>
public readonly ref struct DuckDbTexts
{
    private readonly VectorMemory memory;

    internal DuckDbTexts(VectorMemory memory, int count)
    {
        this.memory = memory;
        Count = count;
    }

    /// <summary>How many there are.</summary>
    public int Count { get; }

    /// <summary>The bytes of a row; none for NULL.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public ReadOnlySpan<byte> this[int row]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)row, (uint)Count, nameof(row));
            return memory.IsValid(row) ? memory.Bytes(row) : default;
        }
    }

    /// <summary>Whether the value is NULL.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public bool IsNull(int row)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)row, (uint)Count, nameof(row));
        return !memory.IsValid(row);
    }
}
