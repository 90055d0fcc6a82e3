using System.Buffers;
using System.Text;
using System.Text.Unicode;
using Tideway.DuckDb.Conversions;
using Tideway.DuckDb.Native;

namespace Tideway.DuckDb;

/// <summary>A column of a chunk that is written, or a column inside of one. Stale once its chunk is appended.</summary>
public sealed class DuckDbVectorWriter
{
    private const int StackLimit = 512;

    private readonly DuckDbChunkWriter chunk;
    private readonly Type? stored;
    private VectorMemory memory;
    private bool validityWritable;
    private DuckDbVectorWriter?[]? children;

    internal DuckDbVectorWriter(DuckDbChunkWriter chunk, VectorMemory memory, DuckDbType type, int capacity)
    {
        this.chunk = chunk;
        this.memory = memory;
        stored = Storage.ElementOf(type);
        Type = type;
        Capacity = capacity;
    }

    /// <summary>The type of the values.</summary>
    public DuckDbType Type { get; }

    /// <summary>How many values there is room for.</summary>
    public int Capacity { get; private set; }

    /// <summary>
    /// The values to be filled in, as they are stored: <typeparamref name="T"/> is the type that <see cref="DuckDbTypeKind"/> names for the kind.
    /// </summary>
    /// <exception cref="InvalidOperationException">The vector stores another type, or none.</exception>
    public Span<T> Values<T>()
        where T : unmanaged
    {
        chunk.ThrowIfDisposed();
        Storage.Check<T>(Type, stored);
        return memory.Span<T>(Capacity);
    }

    /// <summary>Makes a value NULL.</summary>
    public void SetNull(int row)
    {
        CheckRow(row);
        if (!validityWritable)
        {
            memory = memory.WithWritableValidity();
            validityWritable = true;
        }

        memory.SetValid(row, valid: false);

        // DuckDB takes it for granted that what is inside of a NULL struct or array is NULL too.
        if (Type.Kind == DuckDbTypeKind.Struct)
            for (var i = 0; i < Type.Fields.Length; i++)
                Child(i).SetNull(row);
        if (Type.Kind == DuckDbTypeKind.Array)
            for (var i = 0; i < Type.ArraySize; i++)
                Child().SetNull((row * Type.ArraySize) + i);
        if (stored == typeof(DuckDbListEntry))
            memory.Span<DuckDbListEntry>(Capacity)[row] = default;
    }

    /// <summary>Sets a VARCHAR.</summary>
    /// <exception cref="InvalidOperationException">The vector stores something else.</exception>
    public void SetString(int row, ReadOnlySpan<char> text)
    {
        CheckBytes(row, text: true);
        var limit = Encoding.UTF8.GetMaxByteCount(text.Length);
        var rented = limit <= StackLimit ? null : ArrayPool<byte>.Shared.Rent(limit);
        var buffer = rented ?? stackalloc byte[StackLimit];
        memory.WriteBytes(row, buffer[..Encoding.UTF8.GetBytes(text, buffer)]);
        if (rented is not null)
            ArrayPool<byte>.Shared.Return(rented);
    }

    /// <summary>Sets a VARCHAR.</summary>
    /// <exception cref="ArgumentException">The bytes are not UTF-8.</exception>
    /// <exception cref="InvalidOperationException">The vector stores something else.</exception>
    public void SetUtf8(int row, ReadOnlySpan<byte> text)
    {
        CheckBytes(row, text: true);
        if (!Utf8.IsValid(text))
            throw new ArgumentException($"The text of row {row} is not UTF-8.", nameof(text));
        memory.WriteBytes(row, text);
    }

    /// <summary>Sets a BLOB.</summary>
    /// <exception cref="InvalidOperationException">The vector stores something else.</exception>
    public void SetBlob(int row, ReadOnlySpan<byte> bytes)
    {
        CheckBytes(row, text: false);
        memory.WriteBytes(row, bytes);
    }

    /// <summary>Sets a DECIMAL of any width.</summary>
    /// <exception cref="DuckDbException">The value does not fit without losing digits.</exception>
    /// <exception cref="InvalidOperationException">The vector stores something else.</exception>
    public void SetDecimal(int row, decimal value)
    {
        Check(row, DuckDbTypeKind.Decimal);
        var unscaled = Decimals.Rescale(value, Type.Width, Type.Scale);
        if (stored == typeof(short))
            memory.Span<short>(Capacity)[row] = (short)unscaled;
        else if (stored == typeof(int))
            memory.Span<int>(Capacity)[row] = (int)unscaled;
        else if (stored == typeof(long))
            memory.Span<long>(Capacity)[row] = (long)unscaled;
        else
            memory.Span<Int128>(Capacity)[row] = unscaled;
    }

    /// <summary>Sets a UUID.</summary>
    /// <exception cref="InvalidOperationException">The vector stores something else.</exception>
    public void SetUuid(int row, Guid value)
    {
        Check(row, DuckDbTypeKind.Uuid);
        memory.Span<Int128>(Capacity)[row] = Uuids.Stored(value);
    }

    /// <summary>Sets a DATE.</summary>
    /// <exception cref="InvalidOperationException">The vector stores something else.</exception>
    public void SetDate(int row, DateOnly value)
    {
        Check(row, DuckDbTypeKind.Date);
        memory.Span<int>(Capacity)[row] = Times.Days(value);
    }

    /// <summary>Sets a TIMESTAMP.</summary>
    /// <exception cref="ArgumentException">The time is of kind Local.</exception>
    /// <exception cref="InvalidOperationException">The vector stores something else.</exception>
    public void SetTimestamp(int row, DateTime value)
    {
        Check(row, DuckDbTypeKind.Timestamp);
        memory.Span<long>(Capacity)[row] = Times.Micros(value);
    }

    /// <summary>Sets a TIMESTAMP WITH TIME ZONE.</summary>
    /// <exception cref="InvalidOperationException">The vector stores something else.</exception>
    public void SetTimestampTz(int row, DateTimeOffset value)
    {
        Check(row, DuckDbTypeKind.TimestampTz);
        memory.Span<long>(Capacity)[row] = Times.Micros(value);
    }

    /// <summary>
    /// Makes room for the elements of all rows of a LIST or MAP, keeping those there are. Then write them into <see cref="Child"/>, and where each
    /// row's are into <c>Values&lt;DuckDbListEntry&gt;()</c>. A child taken before is stale.
    /// </summary>
    /// <exception cref="InvalidOperationException">The vector stores something else.</exception>
    /// <exception cref="DuckDbException">There is not enough memory.</exception>
    public void SetElementCount(int elements)
    {
        chunk.ThrowIfDisposed();
        ArgumentOutOfRangeException.ThrowIfNegative(elements);
        if (stored != typeof(DuckDbListEntry))
            throw Not("a LIST or MAP");
        if (!memory.ResizeList(elements))
            throw new DuckDbException(DuckDbError.OutOfMemory, $"DuckDB made no room for {elements} list elements.");
        children = null;
    }

    /// <summary>
    /// LIST and MAP: the elements of all rows (of a MAP, structs of key and value), after <see cref="SetElementCount"/>. ARRAY: the elements of all rows
    /// one after the other. STRUCT: the field of that index.
    /// </summary>
    /// <exception cref="InvalidOperationException">The type has no children to write.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such child.</exception>
    public DuckDbVectorWriter Child(int index = 0)
    {
        chunk.ThrowIfDisposed();
        if (Type.Kind == DuckDbTypeKind.Union)
            throw Not("a LIST, MAP, ARRAY or STRUCT");
        children ??= new DuckDbVectorWriter?[VectorChildren.Count(Type)];
        if (children.Length == 0)
            throw Not("a LIST, MAP, ARRAY or STRUCT");
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)children.Length, nameof(index));
        return children[index] ??= OpenChild(index);
    }

    private DuckDbVectorWriter OpenChild(int index)
    {
        var child = VectorChildren.TypeOf(Type, index);
        return Type.Kind switch
        {
            DuckDbTypeKind.Struct => new DuckDbVectorWriter(chunk, memory.StructChild(index), child, Capacity),
            DuckDbTypeKind.Array => new DuckDbVectorWriter(chunk, memory.ArrayChild, child, Capacity * Type.ArraySize),
            _ => new DuckDbVectorWriter(chunk, memory.ListChild, child, memory.ListSize),
        };
    }

    private void CheckBytes(int row, bool text)
    {
        CheckRow(row);
        if (!Storage.IsBytes(Type.Kind) || text != (Type.Kind == DuckDbTypeKind.Varchar))
            throw Not(text ? "a VARCHAR" : "a BLOB");
    }

    private void Check(int row, DuckDbTypeKind kind)
    {
        CheckRow(row);
        if (Type.Kind != kind)
            throw Not(kind.ToString().ToUpperInvariant());
    }

    private void CheckRow(int row)
    {
        chunk.ThrowIfDisposed();
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)row, (uint)Capacity, nameof(row));
    }

    private InvalidOperationException Not(string wanted) => new($"Expected {wanted}, the vector holds {Type}.");
}
