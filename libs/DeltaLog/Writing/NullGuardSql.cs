using Tideway.DeltaLog.Schema;
using Tideway.DuckDb;

namespace Tideway.DeltaLog.Writing;

/// <summary>SQL that fails where a value is null that must not be.</summary>
internal static class NullGuardSql
{
    /// <summary>The value, or a failure that names the column.</summary>
    public static string Guard(StructField field, string value)
    {
        var violations = Violations(field, value, 0);
        return violations is null
            ? value
            : $"CASE WHEN {violations} THEN error({SqlText.Literal($"Column '{field.Name}' holds a null where none is allowed.")}) ELSE {value} END";
    }

    private static string? Violations(StructField field, string value, int depth) =>
        Any(field.Nullable ? null : $"{value} IS NULL", Inside(field.Type, value, depth));

    private static string? Inside(DeltaType type, string value, int depth)
    {
        var item = $"g{depth}";
        return type switch
        {
            StructType structure
                when Any([.. structure.Fields.Select(field => Violations(field, $"{value}.{SqlText.Identifier(field.Name)}", depth))]) is { } inside =>
                $"({value} IS NOT NULL AND ({inside}))",
            ArrayType array => Elements(array.ElementType, array.ContainsNull, value, item, depth),
            MapType map => Any(
                Elements(map.KeyType, containsNull: true, $"map_keys({value})", item, depth),
                Elements(map.ValueType, map.ValueContainsNull, $"map_values({value})", item, depth)
            ),
            _ => null,
        };
    }

    private static string? Elements(DeltaType type, bool containsNull, string list, string item, int depth)
    {
        var violation = Any(containsNull ? null : $"{item} IS NULL", Inside(type, item, depth + 1));
        return violation is null ? null : $"len(list_filter({list}, lambda {item}: {violation})) > 0";
    }

    private static string? Any(params IReadOnlyList<string?> conditions)
    {
        var given = conditions.Where(condition => condition is not null).ToList();
        return given.Count == 0 ? null : string.Join(" OR ", given);
    }
}
