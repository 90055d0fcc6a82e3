namespace Tideway.DuckDb;

/// <summary>A DuckDB type without its parameters; the values are those of duckdb_type. The summaries say how a vector stores it.</summary>
public enum DuckDbTypeKind
{
    /// <summary>No type.</summary>
    Invalid = 0,

    /// <summary><c>bool</c>.</summary>
    Boolean = 1,

    /// <summary><c>sbyte</c>.</summary>
    TinyInt = 2,

    /// <summary><c>short</c>.</summary>
    SmallInt = 3,

    /// <summary><c>int</c>.</summary>
    Integer = 4,

    /// <summary><c>long</c>.</summary>
    BigInt = 5,

    /// <summary><c>byte</c>.</summary>
    UTinyInt = 6,

    /// <summary><c>ushort</c>.</summary>
    USmallInt = 7,

    /// <summary><c>uint</c>.</summary>
    UInteger = 8,

    /// <summary><c>ulong</c>.</summary>
    UBigInt = 9,

    /// <summary><c>float</c>.</summary>
    Float = 10,

    /// <summary><c>double</c>.</summary>
    Double = 11,

    /// <summary>Microseconds since 1970-01-01 in a <c>long</c>, without a time zone.</summary>
    Timestamp = 12,

    /// <summary>Days since 1970-01-01 in an <c>int</c>.</summary>
    Date = 13,

    /// <summary>Microseconds since midnight in a <c>long</c>.</summary>
    Time = 14,

    /// <summary><see cref="DuckDbInterval"/>.</summary>
    Interval = 15,

    /// <summary><c>Int128</c>.</summary>
    HugeInt = 16,

    /// <summary>UTF-8 text.</summary>
    Varchar = 17,

    /// <summary>Bytes.</summary>
    Blob = 18,

    /// <summary>An unscaled <c>short</c>, <c>int</c>, <c>long</c> or <c>Int128</c>, by width.</summary>
    Decimal = 19,

    /// <summary>Seconds since 1970-01-01 in a <c>long</c>.</summary>
    TimestampS = 20,

    /// <summary>Milliseconds since 1970-01-01 in a <c>long</c>.</summary>
    TimestampMs = 21,

    /// <summary>Nanoseconds since 1970-01-01 in a <c>long</c>.</summary>
    TimestampNs = 22,

    /// <summary>An index into the names of the type: <c>byte</c>, <c>ushort</c> or <c>uint</c>, by their number.</summary>
    Enum = 23,

    /// <summary><see cref="DuckDbListEntry"/> into one child vector.</summary>
    List = 24,

    /// <summary>One child vector per field.</summary>
    Struct = 25,

    /// <summary>A list of structs of key and value.</summary>
    Map = 26,

    /// <summary><c>Int128</c> in an order of its own; read it as a <c>Guid</c>.</summary>
    Uuid = 27,

    /// <summary>A struct of the tag and one child vector per member.</summary>
    Union = 28,

    /// <summary>A string of bits.</summary>
    Bit = 29,

    /// <summary><see cref="DuckDbTimeTz"/>.</summary>
    TimeTz = 30,

    /// <summary>Microseconds since 1970-01-01T00:00Z in a <c>long</c>.</summary>
    TimestampTz = 31,

    /// <summary><c>UInt128</c>.</summary>
    UHugeInt = 32,

    /// <summary>A fixed number of elements per row in one child vector.</summary>
    Array = 33,

    /// <summary>Any type, in signatures of functions.</summary>
    Any = 34,

    /// <summary>An integer of any size.</summary>
    BigNum = 35,

    /// <summary>The type of a NULL that was given no other.</summary>
    SqlNull = 36,

    /// <summary>Text in SQL before it has a type.</summary>
    StringLiteral = 37,

    /// <summary>A number in SQL before it has a type.</summary>
    IntegerLiteral = 38,

    /// <summary>Nanoseconds since midnight in a <c>long</c>.</summary>
    TimeNs = 39,

    /// <summary>A shape as well-known binary.</summary>
    Geometry = 40,

    /// <summary>A value that carries its own type; cast it to JSON in SQL to read it.</summary>
    Variant = 41,

    /// <summary>Nanoseconds since 1970-01-01T00:00Z in a <c>long</c>.</summary>
    TimestampTzNs = 42,
}
