using System.Runtime.CompilerServices;

namespace Tideway.DuckDb.Native;

/// <summary>The memory of one native vector. Whoever holds it keeps the chunk alive and checks rows against the vector's length.</summary>
internal readonly unsafe struct VectorMemory
{
    private readonly nint vector;
    private readonly void* data;
    private readonly ulong* validity;

    private VectorMemory(nint vector)
    {
        this.vector = vector;
        data = NativeMethods.duckdb_vector_get_data(vector);
        validity = NativeMethods.duckdb_vector_get_validity(vector);
    }

    public static VectorMemory Column(ChunkHandle chunk, int column) => new(NativeMethods.duckdb_data_chunk_get_vector(chunk, (ulong)column));

    public nint Vector => vector;

    public int ListSize => checked((int)NativeMethods.duckdb_list_vector_get_size(vector));

    public VectorMemory ListChild => new(NativeMethods.duckdb_list_vector_get_child(vector));

    public VectorMemory ArrayChild => new(NativeMethods.duckdb_array_vector_get_child(vector));

    public VectorMemory StructChild(int index) => new(NativeMethods.duckdb_struct_vector_get_child(vector, (ulong)index));

    public Span<T> Span<T>(int length)
        where T : unmanaged => new(data, length);

    /// <summary>One bit per row, set where there is a value; empty when every row has one.</summary>
    public ReadOnlySpan<ulong> Validity(int rows) => validity is null ? default : new ReadOnlySpan<ulong>(validity, (rows + 63) / 64);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsValid(int row) => validity is null || (validity[row >> 6] & (1UL << (row & 63))) != 0;

    public T Read<T>(int row)
        where T : unmanaged => ((T*)data)[row];

    public ReadOnlySpan<byte> Bytes(int row) => NativeStringView.Bytes((NativeStringView*)data + row);

    public VectorMemory WithWritableValidity()
    {
        NativeMethods.duckdb_vector_ensure_validity_writable(vector);
        return new VectorMemory(vector);
    }

    public void SetValid(int row, bool valid)
    {
        var bit = 1UL << (row & 63);
        if (valid)
            validity[row >> 6] |= bit;
        else
            validity[row >> 6] &= ~bit;
    }

    /// <summary>Copies the bytes into the vector. Text must be valid UTF-8: DuckDB would store NULL for anything else.</summary>
    public void WriteBytes(int row, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* first = bytes)
        {
            var empty = (byte)0;
            NativeMethods.duckdb_unsafe_vector_assign_string_element_len(vector, (ulong)row, first is null ? &empty : first, (ulong)bytes.Length);
        }
    }

    /// <summary>Makes room for list elements. The elements' memory moves: a child obtained before is stale.</summary>
    public bool ResizeList(int elements) =>
        NativeMethods.duckdb_list_vector_reserve(vector, (ulong)elements) == NativeState.Success
        && NativeMethods.duckdb_list_vector_set_size(vector, (ulong)elements) == NativeState.Success;
}
