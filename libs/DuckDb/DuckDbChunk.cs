using System.Collections.Immutable;
using Tideway.DuckDb.Native;

namespace Tideway.DuckDb;

/// <summary>
/// Some rows, column by column, read by one thread at a time. Spans taken from it point into its memory: they are valid until it is
/// disposed, so keep it in a <c>using</c> or <c>foreach</c> while you read them.
/// </summary>
public sealed class DuckDbChunk : IDisposable
{
    private readonly ChunkHandle handle;
    private readonly ImmutableArray<DuckDbType> types;
    private readonly DuckDbVector?[] columns;
    private readonly int first;

    internal DuckDbChunk(ChunkHandle handle, ImmutableArray<DuckDbType> types, int first = 0)
    {
        this.handle = handle;
        this.types = types;
        this.first = first;
        columns = new DuckDbVector?[types.Length];
        RowCount = checked((int)NativeMethods.duckdb_data_chunk_get_size(handle));
    }

    /// <summary>How many rows there are.</summary>
    public int RowCount { get; }

    /// <summary>How many columns there are.</summary>
    public int ColumnCount => columns.Length;

    /// <summary>A column, by its index from 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such column.</exception>
    public DuckDbVector Column(int index)
    {
        ThrowIfDisposed();
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)columns.Length, nameof(index));
        return columns[index] ??= new DuckDbVector(this, VectorMemory.Column(handle, first + index), types[index], RowCount);
    }

    /// <summary>Frees the rows and with them all spans.</summary>
    public void Dispose() => handle.Dispose();

    internal void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(handle.IsDisposed, this);
}
