using System.Globalization;
using System.Text;

namespace Tideway.DeltaLog.Schema;

/// <summary>
/// Types as people write them: <c>bigint</c>, <c>decimal(10,2)</c>, <c>array&lt;string&gt;</c>, <c>map&lt;string, int&gt;</c>,
/// <c>struct&lt;a: int, b: string&gt;</c>. Both the names of the protocol and those of SQL are known.
/// </summary>
public sealed class TypeText
{
    private const int MaxDepth = 32;

    private static readonly Dictionary<string, PrimitiveKind> Words = new(PrimitiveType.Kinds, StringComparer.OrdinalIgnoreCase)
    {
        ["bigint"] = PrimitiveKind.Long,
        ["int"] = PrimitiveKind.Integer,
        ["smallint"] = PrimitiveKind.Short,
        ["tinyint"] = PrimitiveKind.Byte,
        ["real"] = PrimitiveKind.Float,
        ["bool"] = PrimitiveKind.Boolean,
        ["varchar"] = PrimitiveKind.String,
        ["text"] = PrimitiveKind.String,
        ["blob"] = PrimitiveKind.Binary,
        ["timestamptz"] = PrimitiveKind.Timestamp,
    };

    private readonly string text;
    private int at;
    private int depth;

    private TypeText(string text) => this.text = text;

    /// <summary>The type; a <see cref="FormatException"/> says what was expected where.</summary>
    public static DeltaType Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var parser = new TypeText(text);
        var type = parser.Type();
        parser.Skip();
        return parser.at == text.Length ? type : throw parser.Unexpected("the end");
    }

    /// <summary>The type as <see cref="Parse"/> takes it.</summary>
    public static string Write(DeltaType type) =>
        type switch
        {
            PrimitiveType primitive => primitive.TypeName,
            DecimalType { Precision: var precision, Scale: var scale } => string.Create(CultureInfo.InvariantCulture, $"decimal({precision},{scale})"),
            ArrayType array => $"array<{Write(array.ElementType)}>",
            MapType map => $"map<{Write(map.KeyType)}, {Write(map.ValueType)}>",
            StructType structure => $"struct<{string.Join(", ", structure.Fields.Select(field => $"{Quote(field.Name)}: {Write(field.Type)}"))}>",
            _ => throw new ArgumentOutOfRangeException(nameof(type), type, "Unknown type."),
        };

    private DeltaType Type()
    {
        if (++depth > MaxDepth)
            throw Unexpected($"at most {MaxDepth} types inside each other");
        var start = at;
        var word = Name("a type");
        DeltaType type;
        if (Is(word, "array"))
        {
            Take('<');
            type = new ArrayType(Type(), ContainsNull: true);
            Take('>');
        }
        else if (Is(word, "map"))
        {
            Take('<');
            var key = Type();
            Take(',');
            type = new MapType(key, Type(), ValueContainsNull: true);
            Take('>');
        }
        else if (Is(word, "struct"))
        {
            type = Struct();
        }
        else if (Is(word, "decimal") || Is(word, "numeric"))
        {
            type = Decimal();
        }
        else
        {
            at = Words.ContainsKey(word) ? at : start;
            type = Words.TryGetValue(word, out var kind) ? new PrimitiveType(kind) : throw Unexpected("a type such as string, bigint or decimal(10,2)");
        }

        depth--;
        return type;
    }

    private StructType Struct()
    {
        Take('<');
        var fields = new List<StructField>();
        do
        {
            var name = Name("the name of a field");
            if (fields.Exists(field => string.Equals(field.Name, name, StringComparison.OrdinalIgnoreCase)))
                throw new FormatException($"Two fields are named '{name}' in the type '{text}'.");
            Take(':');
            fields.Add(new StructField(name, Type()));
        } while (Next(','));

        Take('>');
        return new StructType(fields);
    }

    private DecimalType Decimal()
    {
        if (!Next('('))
            return new DecimalType(10, 0);
        var precision = Number();
        var scale = Next(',') ? Number() : 0;
        Take(')');
        return precision is >= 1 and <= 38 && scale <= precision
            ? new DecimalType(precision, scale)
            : throw new FormatException($"Expected decimal(precision, scale) with a precision from 1 to 38 that is no less than the scale, found '{text}'.");
    }

    private int Number()
    {
        Skip();
        var start = at;
        while (at < text.Length && char.IsAsciiDigit(text[at]))
            at++;
        return int.TryParse(text.AsSpan(start, at - start), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw Unexpected("a number");
    }

    private string Name(string what)
    {
        Skip();
        if (at < text.Length && text[at] == '`')
            return Quoted();
        var start = at;
        while (at < text.Length && (char.IsLetterOrDigit(text[at]) || text[at] == '_'))
            at++;
        return at > start ? text[start..at] : throw Unexpected(what);
    }

    private string Quoted()
    {
        var name = new StringBuilder();
        for (at++; at < text.Length; at++)
        {
            if (text[at] != '`')
                name.Append(text[at]);
            else if (at + 1 < text.Length && text[at + 1] == '`')
                name.Append(text[at++]);
            else
                break;
        }

        if (at++ >= text.Length || name.Length == 0)
            throw Unexpected("a name that ends with a backtick");
        return name.ToString();
    }

    private bool Next(char letter)
    {
        Skip();
        if (at >= text.Length || text[at] != letter)
            return false;
        at++;
        return true;
    }

    private void Take(char letter)
    {
        if (!Next(letter))
            throw Unexpected($"'{letter}'");
    }

    private void Skip()
    {
        while (at < text.Length && char.IsWhiteSpace(text[at]))
            at++;
    }

    private static string Quote(string name) =>
        name.All(letter => char.IsLetterOrDigit(letter) || letter == '_') ? name : $"`{name.Replace("`", "``", StringComparison.Ordinal)}`";

    private static bool Is(string word, string expected) => string.Equals(word, expected, StringComparison.OrdinalIgnoreCase);

    private FormatException Unexpected(string expected) => new($"Expected {expected} at position {at + 1} of the type '{text}'.");
}
