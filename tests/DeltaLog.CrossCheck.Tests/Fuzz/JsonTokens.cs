using System.Text;
using System.Text.Json;

namespace Tideway.DeltaLog.CrossCheck.Tests.Fuzz;

/// <summary>Where the names and values of a JSON text are, to put others in their place.</summary>
internal static class JsonTokens
{
    internal readonly record struct Token(int Start, int Length, bool IsName, bool IsText);

    /// <summary>The text with one name or value replaced, or as it is where it is no JSON.</summary>
    public static string ReplaceOne(string json, Random random)
    {
        var bytes = Encoding.UTF8.GetBytes(json);
        var tokens = Find(bytes);
        if (tokens.Count == 0)
            return json;
        var token = tokens[random.Next(tokens.Count)];
        var before = Encoding.UTF8.GetString(bytes, 0, token.Start);
        var text = Encoding.UTF8.GetString(bytes, token.Start, token.Length);
        var after = Encoding.UTF8.GetString(bytes, token.Start + token.Length, bytes.Length - token.Start - token.Length);
        return before + (token.IsName ? OtherName(text, random) : OtherValue(text, token, random)) + after;
    }

    private static string OtherName(string name, Random random) =>
        random.Next(3) switch
        {
            0 => "\"unknown\"",
            1 => $"{name}:{HostileValues.Any(random)},{name}",
            _ => name.ToUpperInvariant(),
        };

    private static string OtherValue(string value, Token token, Random random)
    {
        if (!token.IsText)
            return random.Next(2) == 0 ? random.GetItems(HostileValues.Numbers, 1)[0] : HostileValues.Any(random);
        // Schemas and statistics are JSON within a string.
        if (value.StartsWith("\"{", StringComparison.Ordinal) && random.Next(4) > 0)
        {
            try
            {
                return JsonSerializer.Serialize(ReplaceOne(JsonSerializer.Deserialize<string>(value)!, random));
            }
            catch (Exception exception) when (exception is JsonException or InvalidOperationException)
            {
                return HostileValues.Any(random);
            }
        }

        return random.Next(4) switch
        {
            0 => $"\"{random.GetItems(HostileValues.Paths, 1)[0]}\"",
            1 => $"\"{random.GetItems(HostileValues.Texts, 1)[0]}\"",
            2 when value.Length > 2 => string.Concat(value.AsSpan(0, 1 + random.Next(value.Length - 2)), "\""),
            _ => HostileValues.Any(random),
        };
    }

    private static List<Token> Find(byte[] bytes)
    {
        var tokens = new List<Token>();
        var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = 400 });
        try
        {
            while (reader.Read())
            {
                var start = (int)reader.TokenStartIndex;
                var length = (int)(reader.BytesConsumed - reader.TokenStartIndex);
                switch (reader.TokenType)
                {
                    case JsonTokenType.PropertyName:
                        // What was consumed may reach to the colon.
                        tokens.Add(new Token(start, Math.Min(length, reader.ValueSpan.Length + 2), IsName: true, IsText: true));
                        break;
                    case JsonTokenType.String:
                        tokens.Add(new Token(start, length, IsName: false, IsText: true));
                        break;
                    case JsonTokenType.Number or JsonTokenType.True or JsonTokenType.False or JsonTokenType.Null:
                        tokens.Add(new Token(start, length, IsName: false, IsText: false));
                        break;
                }
            }
        }
        catch (JsonException)
        {
            return [];
        }

        return tokens;
    }
}
