using System.Globalization;
using System.Text.Json;
using Tideway.DeltaLog.Pruning;
using Tideway.DeltaLog.Schema;
using Tideway.DeltaSharing.Protocol;

namespace Tideway.ShareRegistry.TableQuery;

/// <summary>
/// Reads <c>jsonPredicateHints</c>: a tree of <c>{op, children, name, value, valueType}</c>. A tree that is malformed, too large or too deep is none; a part of
/// it that the table cannot decide may come to anything.
/// </summary>
internal sealed class JsonPredicate(StructType schema)
{
    public const int MaxLength = 1024 * 1024;
    public const int MaxDepth = 100;

    private static readonly UnknownPredicate Unknown = new();

    /// <summary>The condition; <see langword="null"/> where the text is none.</summary>
    public static Predicate? TryParse(string json, StructType schema)
    {
        if (json.Length > MaxLength)
            return null;
        try
        {
            // Each level is an object and an array.
            var options = new JsonDocumentOptions
            {
                AllowTrailingCommas = true,
                CommentHandling = JsonCommentHandling.Skip,
                MaxDepth = (2 * MaxDepth) + 8,
            };
            using var document = JsonDocument.Parse(json, options);
            return new JsonPredicate(schema).Read(document.RootElement, 1);
        }
        catch (Exception exception) when (exception is JsonException or FormatException or InvalidOperationException)
        {
            return null;
        }
    }

    private Predicate Read(JsonElement node, int depth)
    {
        if (depth > MaxDepth)
            throw new FormatException("The tree is too deep.");
        var op = Text(node, "op") ?? throw new FormatException("A node has no op.");
        var children = node.TryGetProperty("children", out var list) && list.ValueKind == JsonValueKind.Array ? list.EnumerateArray().ToList() : [];
        return op.ToLowerInvariant() switch
        {
            "and" when children.Count >= 2 => new AndPredicate([.. children.Select(child => Read(child, depth + 1))]),
            "or" when children.Count >= 2 => new OrPredicate([.. children.Select(child => Read(child, depth + 1))]),
            "not" when children.Count == 1 => new NotPredicate(Read(children[0], depth + 1)),
            "isnull" when children.Count == 1 && IsOp(children[0], "column") => ReadColumn(children[0]) is { } column ? new IsNullPredicate([column]) : Unknown,
            "equal" => Compare(Comparison.Equal, children),
            "lessthan" => Compare(Comparison.Less, children),
            "lessthanorequal" => Compare(Comparison.LessOrEqual, children),
            "greaterthan" => Compare(Comparison.Greater, children),
            "greaterthanorequal" => Compare(Comparison.GreaterOrEqual, children),
            // Booleans may stand for themselves.
            "column" when ValueTypeOf(node) == "bool" => ReadColumn(node) is { } column
                ? new ComparisonPredicate([column], Comparison.Equal, Literal.Of(true))
                : Unknown,
            "literal" when ValueTypeOf(node) == "bool" => bool.Parse(Text(node, "value") ?? "") ? new AndPredicate([]) : new OrPredicate([]),
            _ => throw new FormatException($"The op '{op}' is unknown, or has the wrong children."),
        };
    }

    private Predicate Compare(Comparison comparison, List<JsonElement> children)
    {
        if (children.Count != 2 || ValueTypeOf(children[0]) != ValueTypeOf(children[1]))
            throw new FormatException("A comparison needs two leaves of one type.");
        var (left, right) = (children[0], children[1]);
        if (IsOp(left, "literal") && IsOp(right, "column"))
            (left, right, comparison) = (right, left, Reverse(comparison));
        if (!IsOp(left, "column") || !IsOp(right, "literal"))
            return IsOp(left, "column") || IsOp(left, "literal") ? Unknown : throw new FormatException("A comparison needs leaves.");
        var value = ReadLiteral(right);
        return ReadColumn(left) is { } column && value is not null ? new ComparisonPredicate([column], comparison, value) : Unknown;
    }

    // Null where the table has no such column, or means another type by it than the client.
    private string? ReadColumn(JsonElement node)
    {
        var name = Text(node, "name") ?? throw new FormatException("A column has no name.");
        var field =
            schema.Fields.FirstOrDefault(candidate => candidate.Name == name)
            ?? schema.Fields.FirstOrDefault(candidate => SharingName.Comparer.Equals(candidate.Name, name));
        return field is not null && IsOfType(field.Type, ValueTypeOf(node)) ? field.Name : null;
    }

    private static Literal? ReadLiteral(JsonElement node)
    {
        var text = Text(node, "value") ?? throw new FormatException("A literal has no value.");
        return ValueTypeOf(node) switch
        {
            "bool" => Literal.Of(bool.Parse(text)),
            "int" or "long" => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                ? new Literal(LiteralKind.Number, number.ToString(CultureInfo.InvariantCulture))
                : null,
            "float" or "double" => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _)
                ? new Literal(LiteralKind.Number, text)
                : null,
            "string" => new Literal(LiteralKind.String, text),
            "date" => new Literal(LiteralKind.Date, text),
            "timestamp" => new Literal(LiteralKind.Timestamp, text),
            var type => throw new FormatException($"The type '{type}' is unknown."),
        };
    }

    private static bool IsOfType(DeltaType type, string? valueType) =>
        valueType switch
        {
            "bool" => type is PrimitiveType { Kind: PrimitiveKind.Boolean },
            "int" or "long" => type is PrimitiveType { Kind: PrimitiveKind.Byte or PrimitiveKind.Short or PrimitiveKind.Integer or PrimitiveKind.Long },
            "float" => type is PrimitiveType { Kind: PrimitiveKind.Float },
            "double" => type is PrimitiveType { Kind: PrimitiveKind.Double },
            "string" => type is PrimitiveType { Kind: PrimitiveKind.String },
            "date" => type is PrimitiveType { Kind: PrimitiveKind.Date },
            "timestamp" => type is PrimitiveType { Kind: PrimitiveKind.Timestamp },
            _ => throw new FormatException($"The type '{valueType}' is unknown."),
        };

    private static bool IsOp(JsonElement node, string op) => string.Equals(Text(node, "op"), op, StringComparison.OrdinalIgnoreCase);

    private static string? ValueTypeOf(JsonElement node) => Text(node, "valueType")?.ToLowerInvariant();

    private static string? Text(JsonElement node, string name) =>
        node.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static Comparison Reverse(Comparison comparison) =>
        comparison switch
        {
            Comparison.Less => Comparison.Greater,
            Comparison.LessOrEqual => Comparison.GreaterOrEqual,
            Comparison.Greater => Comparison.Less,
            Comparison.GreaterOrEqual => Comparison.LessOrEqual,
            _ => comparison,
        };
}
