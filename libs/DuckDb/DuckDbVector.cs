using System.Numerics;
using System.Text;
using Tideway.DuckDb.Conversions;
using Tideway.DuckDb.Native;

namespace Tideway.DuckDb;

/// <summary>
/// A column of a chunk, or a column inside of one. Where <see cref="IsNull"/>, the value is undefined: ask first. Lives as long as its
/// chunk; using it later is an <see cref="ObjectDisposedException"/>, but a span taken before is not checked.
/// </summary>
public sealed class DuckDbVector
{
    private readonly DuckDbChunk chunk;
    private readonly VectorMemory memory;
    private readonly Type? stored;
    private DuckDbVector?[]? children;

    internal DuckDbVector(DuckDbChunk chunk, VectorMemory memory, DuckDbType type, int rowCount)
    {
        this.chunk = chunk;
        this.memory = memory;
        stored = Storage.ElementOf(type);
        Type = type;
        RowCount = rowCount;
    }

    /// <summary>The type of the values.</summary>
    public DuckDbType Type { get; }

    /// <summary>How many values there are; in the child of a list, all elements of all rows.</summary>
    public int RowCount { get; }

    /// <summary>Whether any value is NULL.</summary>
    public bool HasNulls
    {
        get
        {
            var words = Validity;
            if (words.IsEmpty)
                return false;
            var valid = 0;
            for (var i = 0; i < words.Length - 1; i++)
                valid += BitOperations.PopCount(words[i]);
            var rest = RowCount - ((words.Length - 1) * 64);
            valid += BitOperations.PopCount(rest == 64 ? words[^1] : words[^1] & ((1UL << rest) - 1));
            return valid != RowCount;
        }
    }

    /// <summary>One bit per row, lowest first, set where there is a value; empty when no value is NULL.</summary>
    public ReadOnlySpan<ulong> Validity
    {
        get
        {
            chunk.ThrowIfDisposed();
            return RowCount == 0 ? default : memory.Validity(RowCount);
        }
    }

    /// <summary>Whether the value is NULL.</summary>
    public bool IsNull(int row)
    {
        CheckRow(row);
        return !memory.IsValid(row);
    }

    /// <summary>
    /// The values as they are stored: <typeparamref name="T"/> is the type that <see cref="DuckDbTypeKind"/> names for the kind.
    /// </summary>
    /// <exception cref="InvalidOperationException">The vector stores another type, or none.</exception>
    public ReadOnlySpan<T> Values<T>()
        where T : unmanaged
    {
        chunk.ThrowIfDisposed();
        Storage.Check<T>(Type, stored);
        return memory.Span<T>(RowCount);
    }

    /// <summary>The bytes of a VARCHAR (as UTF-8), BLOB, BIT, BIGNUM or GEOMETRY.</summary>
    /// <exception cref="InvalidOperationException">The vector stores something else.</exception>
    public ReadOnlySpan<byte> Utf8(int row)
    {
        CheckRow(row);
        if (!Storage.IsBytes(Type.Kind))
            throw Not("text or bytes");
        return memory.IsValid(row) ? memory.Bytes(row) : default;
    }

    /// <summary>The bytes of all rows that <see cref="Utf8"/> would give, for many rows: what is checked is checked once.</summary>
    /// <exception cref="InvalidOperationException">The vector stores something else.</exception>
    public DuckDbTexts Texts()
    {
        chunk.ThrowIfDisposed();
        return Storage.IsBytes(Type.Kind) ? new DuckDbTexts(memory, RowCount) : throw Not("text or bytes");
    }

    /// <summary>The text of a VARCHAR, or the name of an ENUM.</summary>
    /// <exception cref="InvalidOperationException">The vector stores something else.</exception>
    public string String(int row)
    {
        if (Type.Kind != DuckDbTypeKind.Enum)
            return Encoding.UTF8.GetString(Utf8(row));
        CheckRow(row);
        return Type.EnumNames[memory.IsValid(row) ? EnumIndex(row) : 0];
    }

    /// <summary>A DECIMAL.</summary>
    /// <exception cref="DuckDbException">It has more digits than a decimal holds; see <see cref="Unscaled"/>.</exception>
    /// <exception cref="InvalidOperationException">The vector stores something else.</exception>
    public decimal Decimal(int row) => Decimals.Value(Unscaled(row), Type.Scale);

    /// <summary>A DECIMAL without its point: the value times ten to the power of its scale.</summary>
    /// <exception cref="InvalidOperationException">The vector stores something else.</exception>
    public Int128 Unscaled(int row)
    {
        Check(row, DuckDbTypeKind.Decimal);
        return Type.Width switch
        {
            <= 4 => memory.Read<short>(row),
            <= 9 => memory.Read<int>(row),
            <= 18 => memory.Read<long>(row),
            _ => memory.Read<Int128>(row),
        };
    }

    /// <summary>A UUID.</summary>
    /// <exception cref="InvalidOperationException">The vector stores something else.</exception>
    public Guid Uuid(int row)
    {
        Check(row, DuckDbTypeKind.Uuid);
        return Uuids.FromStored(memory.Read<Int128>(row));
    }

    /// <summary>A DATE.</summary>
    /// <exception cref="DuckDbException">It is infinite or lies outside of the years 1 to 9999.</exception>
    /// <exception cref="InvalidOperationException">The vector stores something else.</exception>
    public DateOnly Date(int row)
    {
        Check(row, DuckDbTypeKind.Date);
        return Times.Date(memory.Read<int>(row));
    }

    /// <summary>A TIME or TIME_NS, the latter cut to 100 ns.</summary>
    /// <exception cref="DuckDbException">It is 24:00, which .NET has not.</exception>
    /// <exception cref="InvalidOperationException">The vector stores something else.</exception>
    public TimeOnly Time(int row)
    {
        CheckRow(row);
        return Type.Kind switch
        {
            DuckDbTypeKind.Time => Times.TimeOfMicros(memory.Read<long>(row)),
            DuckDbTypeKind.TimeNs => Times.TimeOfNanos(memory.Read<long>(row)),
            _ => throw Not("a TIME"),
        };
    }

    /// <summary>A TIMESTAMP of any precision, of kind Unspecified; nanoseconds are cut to 100 ns, downwards.</summary>
    /// <exception cref="DuckDbException">It is infinite or lies outside of the years 1 to 9999.</exception>
    /// <exception cref="InvalidOperationException">The vector stores something else.</exception>
    public DateTime Timestamp(int row)
    {
        CheckRow(row);
        return Type.Kind is DuckDbTypeKind.Timestamp or DuckDbTypeKind.TimestampS or DuckDbTypeKind.TimestampMs or DuckDbTypeKind.TimestampNs
            ? Times.Timestamp(Type.Kind, memory.Read<long>(row))
            : throw Not("a TIMESTAMP");
    }

    /// <summary>A TIMESTAMP WITH TIME ZONE, in UTC.</summary>
    /// <exception cref="DuckDbException">It is infinite or lies outside of the years 1 to 9999.</exception>
    /// <exception cref="InvalidOperationException">The vector stores something else.</exception>
    public DateTimeOffset TimestampTz(int row)
    {
        CheckRow(row);
        return Type.Kind is DuckDbTypeKind.TimestampTz or DuckDbTypeKind.TimestampTzNs
            ? Times.TimestampTz(Type.Kind, memory.Read<long>(row))
            : throw Not("a TIMESTAMP WITH TIME ZONE");
    }

    /// <summary>
    /// LIST, MAP and ARRAY: the elements of all rows (of a MAP, structs of key and value); <see cref="Entry"/> says which are a row's.
    /// STRUCT: the field of that index. UNION: the tag at 0, the member of that index less one after it.
    /// </summary>
    /// <exception cref="InvalidOperationException">The type has no children.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such child.</exception>
    public DuckDbVector Child(int index = 0)
    {
        chunk.ThrowIfDisposed();
        children ??= new DuckDbVector?[VectorChildren.Count(Type)];
        if (children.Length == 0)
            throw Not("a nested type");
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)children.Length, nameof(index));
        return children[index] ??= VectorChildren.Open(chunk, memory, Type, RowCount, index);
    }

    /// <summary>Where the elements of a row of a LIST, MAP or ARRAY are in <see cref="Child"/>; none for NULL.</summary>
    /// <exception cref="InvalidOperationException">The vector stores something else.</exception>
    public (int Offset, int Length) Entry(int row)
    {
        CheckRow(row);
        if (Type.Kind == DuckDbTypeKind.Array)
            return (row * Type.ArraySize, memory.IsValid(row) ? Type.ArraySize : 0);
        if (stored != typeof(DuckDbListEntry))
            throw Not("a LIST, MAP or ARRAY");
        if (!memory.IsValid(row))
            return (0, 0);
        var entry = memory.Read<DuckDbListEntry>(row);
        return (checked((int)entry.Offset), checked((int)entry.Length));
    }

    /// <summary>
    /// The value as an object, null for NULL: bool, the integer of the same size (Int128 for HUGEINT, BigInteger for BIGNUM), float, double, decimal,
    /// string (also for ENUM, and for BIT as zeros and ones), byte[] for BLOB and GEOMETRY, DateOnly, TimeOnly, <see cref="DuckDbTimeTz"/>, DateTime,
    /// DateTimeOffset, <see cref="DuckDbInterval"/>, Guid, List&lt;object?&gt; for LIST and ARRAY, Dictionary&lt;string, object?&gt; for STRUCT (an unnamed
    /// field goes by its index), Dictionary&lt;object, object?&gt; for MAP, and the member's value for UNION.
    /// </summary>
    /// <exception cref="DuckDbException">The value has no .NET counterpart: see the typed methods; a VARIANT has none.</exception>
    public object? Value(int row) => IsNull(row) ? null : BoxedValues.Read(this, row);

    internal int EnumIndex(int row) =>
        stored == typeof(byte) ? memory.Read<byte>(row)
        : stored == typeof(ushort) ? memory.Read<ushort>(row)
        : checked((int)memory.Read<uint>(row));

    internal T Read<T>(int row)
        where T : unmanaged => memory.Read<T>(row);

    private void Check(int row, DuckDbTypeKind kind)
    {
        CheckRow(row);
        if (Type.Kind != kind)
            throw Not(kind.ToString().ToUpperInvariant());
    }

    private void CheckRow(int row)
    {
        chunk.ThrowIfDisposed();
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)row, (uint)RowCount, nameof(row));
    }

    private InvalidOperationException Not(string wanted) => new($"Expected {wanted}, the vector holds {Type}.");
}
