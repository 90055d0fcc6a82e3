namespace Tideway.DeltaLog.Schema;

/// <summary>
/// Type of a column, an element or a field.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#schema-serialization-format">Schema Serialization Format</see>.
/// </summary>
public abstract record DeltaType
{
    private protected DeltaType() { }

    /// <summary>Whether the type itself, or one at any depth inside of it, is one that <paramref name="isWanted"/> takes.</summary>
    /// <param name="isWanted">Asked of the type and of the types of its fields, elements, keys and values until it says yes.</param>
    public bool Contains(Func<DeltaType, bool> isWanted)
    {
        ArgumentNullException.ThrowIfNull(isWanted);
        return isWanted(this)
            || this switch
            {
                StructType structure => structure.Fields.Any(field => field.Type.Contains(isWanted)),
                ArrayType array => array.ElementType.Contains(isWanted),
                MapType map => map.KeyType.Contains(isWanted) || map.ValueType.Contains(isWanted),
                _ => false,
            };
    }
}

/// <summary>The types that have no parts.</summary>
public enum PrimitiveKind
{
    /// <summary><c>string</c>: UTF-8 text.</summary>
    String,

    /// <summary><c>long</c>: 8-byte signed integer.</summary>
    Long,

    /// <summary><c>integer</c>: 4-byte signed integer.</summary>
    Integer,

    /// <summary><c>short</c>: 2-byte signed integer.</summary>
    Short,

    /// <summary><c>byte</c>: 1-byte signed integer.</summary>
    Byte,

    /// <summary><c>float</c>: 4-byte floating point.</summary>
    Float,

    /// <summary><c>double</c>: 8-byte floating point.</summary>
    Double,

    /// <summary><c>boolean</c>.</summary>
    Boolean,

    /// <summary><c>binary</c>: bytes.</summary>
    Binary,

    /// <summary><c>date</c>: a calendar day.</summary>
    Date,

    /// <summary><c>timestamp</c>: an instant, in microseconds.</summary>
    Timestamp,

    /// <summary><c>timestamp_ntz</c>: date and time of day without a zone, in microseconds.</summary>
    TimestampNtz,

    /// <summary><c>void</c>: only nulls, never written to a data file.</summary>
    Void,

    /// <summary><c>variant</c>: a value of any type, read as JSON.</summary>
    Variant,
}

/// <summary>A type without parts.</summary>
/// <param name="Kind">Which one.</param>
public sealed record PrimitiveType(PrimitiveKind Kind) : DeltaType
{
    internal static readonly IReadOnlyDictionary<string, PrimitiveKind> Kinds = new Dictionary<string, PrimitiveKind>(StringComparer.Ordinal)
    {
        ["string"] = PrimitiveKind.String,
        ["long"] = PrimitiveKind.Long,
        ["integer"] = PrimitiveKind.Integer,
        ["short"] = PrimitiveKind.Short,
        ["byte"] = PrimitiveKind.Byte,
        ["float"] = PrimitiveKind.Float,
        ["double"] = PrimitiveKind.Double,
        ["boolean"] = PrimitiveKind.Boolean,
        ["binary"] = PrimitiveKind.Binary,
        ["date"] = PrimitiveKind.Date,
        ["timestamp"] = PrimitiveKind.Timestamp,
        ["timestamp_ntz"] = PrimitiveKind.TimestampNtz,
        ["void"] = PrimitiveKind.Void,
        ["variant"] = PrimitiveKind.Variant,
    };

    /// <summary>The type's name in a schema.</summary>
    public string TypeName => Kinds.First(pair => pair.Value == Kind).Key;
}

/// <summary><c>decimal(precision,scale)</c>.</summary>
/// <param name="Precision">Number of digits, 1 to 38.</param>
/// <param name="Scale">Digits after the point, at most the precision.</param>
public sealed record DecimalType(int Precision, int Scale) : DeltaType;

/// <summary><c>array</c>.</summary>
/// <param name="ElementType">Type of the elements.</param>
/// <param name="ContainsNull">Whether an element can be null.</param>
public sealed record ArrayType(DeltaType ElementType, bool ContainsNull) : DeltaType;

/// <summary><c>map</c>.</summary>
/// <param name="KeyType">Type of the keys.</param>
/// <param name="ValueType">Type of the values.</param>
/// <param name="ValueContainsNull">Whether a value can be null.</param>
public sealed record MapType(DeltaType KeyType, DeltaType ValueType, bool ValueContainsNull) : DeltaType;

/// <summary><c>struct</c>: the schema of a table, or of a column with fields.</summary>
/// <param name="Fields">The fields, in order; names are unique regardless of casing.</param>
public sealed record StructType(IReadOnlyList<StructField> Fields) : DeltaType
{
    /// <summary>The field of that name, regardless of casing; <see langword="null"/> where there is none.</summary>
    public StructField? Find(string name) => Fields.FirstOrDefault(field => string.Equals(field.Name, name, StringComparison.OrdinalIgnoreCase));

    /// <inheritdoc />
    public bool Equals(StructType? other) => other is not null && Fields.SequenceEqual(other.Fields);

    /// <inheritdoc />
    public override int GetHashCode() => Fields.Count == 0 ? 0 : HashCode.Combine(Fields.Count, Fields[0].Name);
}

/// <summary>A column or a field of one.</summary>
/// <param name="Name">Name shown to users.</param>
/// <param name="Type">Type.</param>
/// <param name="Nullable">Whether the value can be null.</param>
public sealed record StructField(string Name, DeltaType Type, bool Nullable = true)
{
    private static readonly Dictionary<string, string> NoMetadata = new(StringComparer.Ordinal);

    /// <summary>Metadata of the column: names, each with its value as JSON text.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = NoMetadata;

    /// <inheritdoc />
    public bool Equals(StructField? other) =>
        other is not null
        && Name == other.Name
        && Nullable == other.Nullable
        && Type.Equals(other.Type)
        && Metadata.Count == other.Metadata.Count
        && Metadata.All(pair => other.Metadata.TryGetValue(pair.Key, out var value) && value == pair.Value);

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(Name, Nullable);
}
