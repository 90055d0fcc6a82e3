using Tideway.DuckDb;

namespace Tideway.DeltaLog.Schema;

/// <summary>
/// SQL between partition values and their text.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#partition-value-serialization">Partition Value Serialization</see>.
/// </summary>
internal static class PartitionValueSql
{
    /// <summary>The value of the text <paramref name="text"/>, an expression; the empty text is null. Timestamps without a zone are of <paramref name="zone"/>.</summary>
    public static string Parse(DeltaType type, string text, string zone)
    {
        var value = $"nullif({text}, '')";
        return type switch
        {
            PrimitiveType { Kind: PrimitiveKind.String } => value,
            PrimitiveType { Kind: PrimitiveKind.Binary } => $"encode({value})",
            PrimitiveType { Kind: PrimitiveKind.Timestamp } =>
                $@"CASE WHEN regexp_matches({text}, '^.{{11,}}(Z|[+-]\d\d(:?\d\d)?)$') THEN CAST({value} AS TIMESTAMP WITH TIME ZONE) ELSE CAST({value} AS TIMESTAMP) AT TIME ZONE {SqlText.Literal(zone)} END",
            PrimitiveType or DecimalType => $"CAST({value} AS {DuckDbTypes.Sql(type)})",
            _ => throw Unsupported(type),
        };
    }

    /// <summary>The text of the value <paramref name="value"/>, an expression; null stays null, and the empty string becomes it.</summary>
    public static string Format(DeltaType type, string value) =>
        type switch
        {
            PrimitiveType { Kind: PrimitiveKind.String } => $"nullif({value}, '')",
            PrimitiveType { Kind: PrimitiveKind.Binary } => $"nullif(decode({value}), '')",
            PrimitiveType { Kind: PrimitiveKind.Timestamp } => $"strftime({value} AT TIME ZONE 'UTC', '%Y-%m-%dT%H:%M:%S.%fZ')",
            PrimitiveType { Kind: PrimitiveKind.TimestampNtz } => $"strftime({value}, '%Y-%m-%d %H:%M:%S.%f')",
            PrimitiveType { Kind: PrimitiveKind.Date } => $"strftime({value}, '%Y-%m-%d')",
            PrimitiveType { Kind: PrimitiveKind.Float or PrimitiveKind.Double } =>
                $"CASE WHEN isnan({value}) THEN 'NaN' WHEN isinf({value}) THEN if({value} > 0, 'Infinity', '-Infinity') ELSE CAST({value} AS VARCHAR) END",
            PrimitiveType or DecimalType => $"CAST({value} AS VARCHAR)",
            _ => throw Unsupported(type),
        };

    private static DeltaLogException Unsupported(DeltaType type) =>
        new(DeltaLogError.UnsupportedType, $"A column of the type {type.GetType().Name} cannot partition a table.");
}
