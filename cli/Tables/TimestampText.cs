using Tideway.DuckDb;

namespace Tideway.Cli.Tables;

/// <summary>
/// Timestamps of rows as texts of ISO 8601, however deep they lie: <c>2026-11-27T03:32:19.84Z</c>, and without the Z what has no time zone. A year that four
/// digits do not hold has a sign and six, <c>-000043</c> for 44 BC, as ECMAScript reads it.
/// </summary>
internal static class TimestampText
{
    /// <summary>A SELECT of the same rows with texts in the place of timestamps, for a session in UTC; the same one where there are none.</summary>
    public static string Select(string sql, IReadOnlyList<DuckDbField> columns)
    {
        var texts = columns.Where(column => HoldsTimes(column.Type)).Select(Column).ToList();
        return texts.Count == 0 ? sql : $"SELECT * REPLACE ({string.Join(", ", texts)}) FROM ({sql})";
    }

    private static string Column(DuckDbField column)
    {
        var name = SqlText.Identifier(column.Name);
        return $"{Value(column.Type, name, 0)} AS {name}";
    }

    private static bool HoldsTimes(DuckDbType type) =>
        IsTime(type) || (type.ElementType is { } element && HoldsTimes(element)) || type.Fields.Any(field => HoldsTimes(field.Type));

    private static bool IsTime(DuckDbType type) => type.Kind is DuckDbTypeKind.Timestamp or DuckDbTypeKind.TimestampTz;

    private static string Value(DuckDbType type, string value, int depth)
    {
        if (!HoldsTimes(type))
            return value;
        var item = $"t{depth}";
        return type.Kind switch
        {
            DuckDbTypeKind.Struct => Struct(type, value, depth),
            DuckDbTypeKind.List => $"list_transform({value}, lambda {item}: {Value(type.ElementType!, item, depth + 1)})",
            DuckDbTypeKind.Map => $"map_from_entries(list_transform(map_entries({value}), lambda {item}: {Struct(type.ElementType!, item, depth + 1)}))",
            DuckDbTypeKind.TimestampTz => Text(value, "Z"),
            DuckDbTypeKind.Timestamp => Text(value, ""),
            _ => value,
        };
    }

    private static string Struct(DuckDbType type, string value, int depth)
    {
        var fields = type.Fields.Select(field =>
            $"{SqlText.Identifier(field.Name)} := {Value(field.Type, $"struct_extract({value}, {SqlText.Literal(field.Name)})", depth)}"
        );
        return $"CASE WHEN {value} IS NULL THEN NULL ELSE struct_pack({string.Join(", ", fields)}) END";
    }

    // The cast leaves out zeros at the end of the fraction, and writes what is infinite as a word.
    private static string Text(string value, string zone)
    {
        var time = $"CAST({value} AS TIMESTAMP)";
        var text = $"CAST({time} AS VARCHAR)";
        return $"CASE WHEN {time} >= TIMESTAMP '0001-01-01' AND {time} < TIMESTAMP '10000-01-01' THEN replace({text}, ' ', 'T') || '{zone}'"
            + $" WHEN isfinite({time}) THEN CASE WHEN year({time}) < 0 THEN '-' ELSE '+' END || lpad(CAST(abs(year({time})) AS VARCHAR), 6, '0')"
            + $" || regexp_replace({text}, '^[0-9]+(-[0-9]+-[0-9]+)( \\(BC\\))? ', '\\1T') || '{zone}' ELSE {text} END";
    }
}
