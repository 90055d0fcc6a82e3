using System.Collections.Immutable;
using Tideway.DuckDb.Native;

namespace Tideway.DuckDb;

/// <summary>
/// A chunk to be written column by column and handed to <see cref="DuckDbAppender.Append(DuckDbChunkWriter)"/>. All rows start as undefined values,
/// not as NULL: write every column of every row. Spans into it are valid until it is appended or disposed.
/// </summary>
public sealed class DuckDbChunkWriter : IDisposable
{
    private readonly ChunkHandle handle;
    private readonly ImmutableArray<DuckDbType> types;
    private readonly DuckDbVectorWriter?[] columns;
    private int rowCount;

    internal DuckDbChunkWriter(ChunkHandle handle, ImmutableArray<DuckDbType> types)
    {
        this.handle = handle;
        this.types = types;
        columns = new DuckDbVectorWriter?[types.Length];
    }

    /// <summary>How many rows a chunk holds at most.</summary>
    public static int Capacity { get; } = (int)NativeMethods.duckdb_vector_size();

    /// <summary>How many rows are to be appended. Set it before or after writing them.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative, or above <see cref="Capacity"/>.</exception>
    public int RowCount
    {
        get => rowCount;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, Capacity);
            rowCount = value;
        }
    }

    /// <summary>A column, by its index from 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such column.</exception>
    public DuckDbVectorWriter Column(int index)
    {
        ThrowIfDisposed();
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)columns.Length, nameof(index));
        return columns[index] ??= new DuckDbVectorWriter(this, VectorMemory.Column(handle, index), types[index], Capacity);
    }

    /// <summary>Frees the chunk.</summary>
    public void Dispose() => handle.Dispose();

    internal void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(handle.IsDisposed, this);

    internal ChunkHandle Complete()
    {
        ThrowIfDisposed();
        NativeMethods.duckdb_data_chunk_set_size(handle, (ulong)rowCount);
        return handle;
    }

    internal void Clear()
    {
        NativeMethods.duckdb_data_chunk_reset(handle);
        Array.Clear(columns);
        rowCount = 0;
    }
}
