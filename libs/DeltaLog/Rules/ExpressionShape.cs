using System.Collections.Frozen;
using System.Text.Json;

namespace Tideway.DeltaLog.Rules;

/// <summary>
/// Looks into an expression as DuckDB parsed it. Only what means the same in the SQL of the engines that write such expressions is let through;
/// a function that has another order of arguments, treats nulls differently or counts from elsewhere would quietly let wrong rows pass.
/// </summary>
internal sealed class ExpressionShape
{
    private static readonly FrozenSet<string> Functions = FrozenSet.ToFrozenSet(
        [
            "+",
            "-",
            "*",
            "%",
            "||",
            "~~",
            "!~~",
            "abs",
            "floor",
            "ceil",
            "ceiling",
            "round",
            "sqrt",
            "pow",
            "power",
            "sign",
            "greatest",
            "least",
            "length",
            "char_length",
            "character_length",
            "upper",
            "ucase",
            "lower",
            "lcase",
            "trim",
            "ltrim",
            "rtrim",
            "replace",
            "reverse",
            "substring",
            "substr",
            "year",
            "month",
            "day",
            "dayofmonth",
            "dayofyear",
            "quarter",
            "hour",
            "minute",
            "second",
            "date_trunc",
            "isnan",
            "ifnull",
            "nullif",
            "constant_or_null",
        ],
        StringComparer.OrdinalIgnoreCase
    );

    private static readonly FrozenSet<string> DefaultFunctions = FrozenSet.ToFrozenSet(
        ["now", "current_timestamp", "get_current_timestamp", "current_date", "today", "uuid"],
        StringComparer.OrdinalIgnoreCase
    );

    private readonly HashSet<string> columns = new(StringComparer.OrdinalIgnoreCase);
    private readonly bool isDefault;

    private ExpressionShape(bool isDefault) => this.isDefault = isDefault;

    /// <summary>The first part of each name in it.</summary>
    public IReadOnlySet<string> Columns => columns;

    /// <summary>The shape of the only expression of a SELECT without FROM; <see cref="FormatException"/>, saying why, where it is not let through.</summary>
    /// <param name="serialized">What <c>json_serialize_sql</c> says.</param>
    /// <param name="isDefault">Whether the time and new ids are let through too.</param>
    public static ExpressionShape Of(string serialized, bool isDefault)
    {
        using var document = JsonDocument.Parse(serialized, new JsonDocumentOptions { MaxDepth = 256 });
        var root = document.RootElement;
        if (root.GetProperty("error").GetBoolean())
            throw new FormatException($"it does not parse: {root.GetProperty("error_message").GetString()}");
        var node = root.GetProperty("statements")[0].GetProperty("node");
        if (root.GetProperty("statements").GetArrayLength() != 1 || node.GetProperty("type").GetString() != "SELECT_NODE")
            throw new FormatException("it is not one expression");
        if (node.GetProperty("select_list").GetArrayLength() != 1 || node.GetProperty("from_table").GetProperty("type").GetString() != "EMPTY")
            throw new FormatException("it is not one expression");
        if (node.GetProperty("where_clause").ValueKind != JsonValueKind.Null || node.GetProperty("modifiers").GetArrayLength() > 0)
            throw new FormatException("it is not one expression");
        var shape = new ExpressionShape(isDefault);
        shape.Visit(node.GetProperty("select_list")[0]);
        return shape;
    }

    private void Visit(JsonElement expression)
    {
        var kind = expression.GetProperty("class").GetString();
        switch (kind)
        {
            case "CONSTANT":
                return;
            case "COLUMN_REF":
                columns.Add(expression.GetProperty("column_names")[0].GetString()!);
                return;
            case "COMPARISON":
                Visit(expression.GetProperty("left"));
                Visit(expression.GetProperty("right"));
                return;
            case "BETWEEN":
                Visit(expression.GetProperty("input"));
                Visit(expression.GetProperty("lower"));
                Visit(expression.GetProperty("upper"));
                return;
            case "CAST":
                VisitCast(expression);
                return;
            case "CASE":
                foreach (var check in expression.GetProperty("case_checks").EnumerateArray())
                {
                    Visit(check.GetProperty("when_expr"));
                    Visit(check.GetProperty("then_expr"));
                }

                Visit(expression.GetProperty("else_expr"));
                return;
            case "CONJUNCTION":
                VisitAll(expression);
                return;
            case "OPERATOR":
                if (expression.GetProperty("type").GetString() is "ARRAY_EXTRACT" or "ARRAY_SLICE")
                    throw new FormatException("it takes elements of lists, which engines count differently");
                VisitAll(expression);
                return;
            case "FUNCTION":
                VisitFunction(expression);
                return;
            default:
                throw new FormatException($"it holds a {kind?.ToLowerInvariant()}, which is not supported");
        }
    }

    private void VisitAll(JsonElement expression)
    {
        foreach (var child in expression.GetProperty("children").EnumerateArray())
            Visit(child);
    }

    private void VisitFunction(JsonElement expression)
    {
        var name = expression.GetProperty("function_name").GetString()!;
        var arguments = expression.GetProperty("children");
        if (!Functions.Contains(name) && !(isDefault && DefaultFunctions.Contains(name)))
            throw new FormatException($"the function or operator '{name}' is not supported");
        if (name.Contains("~~", StringComparison.Ordinal) && Constant(arguments[1])?.GetString()?.Contains('\\') is not false)
            throw new FormatException("LIKE is only supported with a constant pattern without backslashes");
        if (name.StartsWith("substr", StringComparison.OrdinalIgnoreCase) && Constant(arguments[1]) is not { ValueKind: JsonValueKind.Number })
            throw new FormatException($"'{name}' is only supported with a constant start");
        if (name.StartsWith("substr", StringComparison.OrdinalIgnoreCase) && Constant(arguments[1])!.Value.GetDecimal() < 1)
            throw new FormatException($"'{name}' is only supported with a start of 1 or more");
        VisitAll(expression);
    }

    // What other values look like as text differs between engines.
    private void VisitCast(JsonElement expression)
    {
        var child = expression.GetProperty("child");
        if (expression.GetProperty("cast_type").GetProperty("id").GetString() is "VARCHAR" && child.GetProperty("class").GetString() != "CONSTANT")
            throw new FormatException("casts to text are not supported");
        Visit(child);
    }

    private static JsonElement? Constant(JsonElement expression) =>
        expression.GetProperty("class").GetString() == "CONSTANT" && expression.GetProperty("value").TryGetProperty("value", out var value) ? value : null;
}
