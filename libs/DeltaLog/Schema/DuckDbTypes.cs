using Tideway.DuckDb;

namespace Tideway.DeltaLog.Schema;

/// <summary>Which DuckDB type holds the values of a Delta type, and the other way round.</summary>
public static class DuckDbTypes
{
    /// <summary>The DuckDB type for values of <paramref name="type"/>, as SQL.</summary>
    public static string Sql(DeltaType type) => Sql(type, field => field.Name, "JSON");

    /// <summary>The DuckDB type in data files, whose fields have the names that <paramref name="name"/> gives.</summary>
    internal static string InFiles(DeltaType type, Func<StructField, string> name) => Sql(type, name, "VARIANT");

    private static string Sql(DeltaType type, Func<StructField, string> name, string variant) =>
        type switch
        {
            PrimitiveType { Kind: PrimitiveKind.Variant } => variant,
            PrimitiveType { Kind: var kind } => Sql(kind),
            DecimalType { Precision: var precision, Scale: var scale } => $"DECIMAL({precision},{scale})",
            ArrayType array => $"{Sql(array.ElementType, name, variant)}[]",
            MapType map => $"MAP({Sql(map.KeyType, name, variant)}, {Sql(map.ValueType, name, variant)})",
            StructType { Fields: [] } => throw new DeltaLogException(DeltaLogError.UnsupportedType, "A struct without fields is not supported."),
            StructType structure =>
                $"STRUCT({string.Join(", ", structure.Fields.Select(field => $"{SqlText.Identifier(name(field))} {Sql(field.Type, name, variant)}"))})",
            _ => throw new ArgumentException($"Unknown type {type}.", nameof(type)),
        };

    /// <summary>
    /// The schema of a query's result: its columns, all nullable. Types that Delta lacks become the next wider one (unsigned and 128-bit
    /// integers, UUID, enumerations); others are <see cref="DeltaLogError.UnsupportedType"/>.
    /// </summary>
    public static StructType SchemaOf(DuckDbConnection connection, string selectSql)
    {
        using var result = connection.Query($"SELECT * FROM ({selectSql}) LIMIT 0");
        return new StructType([.. result.Columns.Select(column => new StructField(column.Name, Of(column.Type, column.Name)))]);
    }

    /// <summary>The Delta type for values of a DuckDB type.</summary>
    public static DeltaType Of(DuckDbType type) => Of(type, "");

    private static DeltaType Of(DuckDbType type, string path) =>
        type.Kind switch
        {
            DuckDbTypeKind.Boolean => new PrimitiveType(PrimitiveKind.Boolean),
            DuckDbTypeKind.TinyInt => new PrimitiveType(PrimitiveKind.Byte),
            DuckDbTypeKind.SmallInt or DuckDbTypeKind.UTinyInt => new PrimitiveType(PrimitiveKind.Short),
            DuckDbTypeKind.Integer or DuckDbTypeKind.USmallInt => new PrimitiveType(PrimitiveKind.Integer),
            DuckDbTypeKind.BigInt or DuckDbTypeKind.UInteger => new PrimitiveType(PrimitiveKind.Long),
            DuckDbTypeKind.UBigInt => new DecimalType(20, 0),
            DuckDbTypeKind.HugeInt => new DecimalType(38, 0),
            DuckDbTypeKind.Float => new PrimitiveType(PrimitiveKind.Float),
            DuckDbTypeKind.Double => new PrimitiveType(PrimitiveKind.Double),
            DuckDbTypeKind.Decimal => new DecimalType(type.Width, type.Scale),
            DuckDbTypeKind.Varchar or DuckDbTypeKind.Uuid or DuckDbTypeKind.Enum => new PrimitiveType(PrimitiveKind.String),
            DuckDbTypeKind.Blob => new PrimitiveType(PrimitiveKind.Binary),
            DuckDbTypeKind.Date => new PrimitiveType(PrimitiveKind.Date),
            DuckDbTypeKind.TimestampTz => new PrimitiveType(PrimitiveKind.Timestamp),
            DuckDbTypeKind.Timestamp or DuckDbTypeKind.TimestampS or DuckDbTypeKind.TimestampMs => new PrimitiveType(PrimitiveKind.TimestampNtz),
            DuckDbTypeKind.List or DuckDbTypeKind.Array => new ArrayType(Of(type.ElementType!, $"{path}.element"), ContainsNull: true),
            DuckDbTypeKind.Map => new MapType(Of(type.KeyType!, $"{path}.key"), Of(type.ValueType!, $"{path}.value"), ValueContainsNull: true),
            DuckDbTypeKind.Struct => new StructType([.. type.Fields.Select(field => new StructField(field.Name, Of(field.Type, $"{path}.{field.Name}")))]),
            _ => throw new DeltaLogException(DeltaLogError.UnsupportedType, $"Column '{path}' has the type {type}, for which Delta has none."),
        };

    private static string Sql(PrimitiveKind kind) =>
        kind switch
        {
            PrimitiveKind.String => "VARCHAR",
            PrimitiveKind.Long => "BIGINT",
            PrimitiveKind.Integer => "INTEGER",
            PrimitiveKind.Short => "SMALLINT",
            PrimitiveKind.Byte => "TINYINT",
            PrimitiveKind.Float => "FLOAT",
            PrimitiveKind.Double => "DOUBLE",
            PrimitiveKind.Boolean => "BOOLEAN",
            PrimitiveKind.Binary => "BLOB",
            PrimitiveKind.Date => "DATE",
            PrimitiveKind.Timestamp => "TIMESTAMP WITH TIME ZONE",
            PrimitiveKind.TimestampNtz => "TIMESTAMP",
            // Never in a file; only nulls take its place.
            PrimitiveKind.Void => "VARCHAR",
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Unknown type."),
        };
}
