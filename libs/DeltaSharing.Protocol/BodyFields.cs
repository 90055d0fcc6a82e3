using System.Globalization;
using System.Text.Json;

namespace Tideway.DeltaSharing.Protocol;

/// <summary>Takes the fields of a body as clients really send them.</summary>
internal readonly struct BodyFields
{
    private readonly JsonElement body;

    private BodyFields(JsonElement body) => this.body = body;

    /// <summary>What a body says; one without a field says nothing. Null and the fault, with its place, where it cannot be read.</summary>
    public static T? Read<T>(ReadOnlySpan<byte> json, Func<BodyFields, T> take, out string? fault)
        where T : class
    {
        fault = null;
        if (json.IndexOfAnyExcept(" \t\r\n"u8) < 0)
            return take(default);
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip });
            using var document = JsonDocument.ParseValue(ref reader);
            if (reader.Read())
                throw new JsonException();
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw new FieldException($"Expected the body to be a JSON object, got {Describe(document.RootElement)}.");
            return take(new BodyFields(document.RootElement));
        }
        catch (JsonException exception)
        {
            fault = $"The body is not JSON: line {(exception.LineNumber ?? 0) + 1}, byte {exception.BytePositionInLine ?? 0}.";
        }
        catch (FieldException exception)
        {
            fault = exception.Message;
        }
        catch (InvalidOperationException)
        {
            // What the JSON reader throws for text that is no Unicode.
            fault = "The body holds text that is not well-formed Unicode.";
        }

        return null;
    }

    public QueryRequest ToRequest() =>
        new()
        {
            PredicateHints = Texts("predicateHints"),
            JsonPredicateHints = Json("jsonPredicateHints"),
            LimitHint = Limit(),
            Version = Number("version", 0, long.MaxValue),
            Timestamp = Text("timestamp"),
            StartingVersion = Number("startingVersion", 0, long.MaxValue),
            EndingVersion = Number("endingVersion", 0, long.MaxValue),
            IncludeHistoricalProtocol = Flag("includeHistoricalProtocol"),
            // The specification writes it one way, the Spark client the other.
            IdempotencyKey = Text("idempotencyKey") ?? Text("idempotency_key"),
            MaxFiles = (int?)Number("maxFiles", 1, int.MaxValue),
            PageToken = Text("pageToken"),
            IncludeRefreshToken = Flag("includeRefreshToken"),
            RefreshToken = Text("refreshToken"),
        };

    private JsonElement? Find(string name) =>
        body.ValueKind == JsonValueKind.Object && body.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    /// <summary>A text; throws <see cref="FieldException"/> where the field is something else.</summary>
    public string? Text(string name) =>
        Find(name) switch
        {
            null => null,
            { ValueKind: JsonValueKind.String } value => value.GetString(),
            { } value => throw Wrong(name, "a text", value),
        };

    // What is less than the least is refused later, in the words that clients know.
    private long? Number(string name, long least, long max)
    {
        if (Find(name) is not { } value)
            return null;
        long number;
        var isNumber = value.ValueKind switch
        {
            JsonValueKind.Number => value.TryGetInt64(out number),
            JsonValueKind.String => long.TryParse(value.GetString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number),
            _ => (number = 0) != 0,
        };
        return isNumber && number <= max && number >= -max ? number : throw Wrong(name, $"an integer from {least} to {max}", value);
    }

    // Hints never fail a query: what is no whole number is no limit. The Go client writes a limit of 0 and one empty condition where it has neither.
    private long? Limit()
    {
        var limit = Find("limitHint") switch
        {
            { ValueKind: JsonValueKind.Number } value => Whole(value.GetRawText()),
            { ValueKind: JsonValueKind.String } value => Whole(value.GetString()!),
            _ => null,
        };
        return limit == 0 && Texts("predicateHints") is { Count: > 0 } hints && hints.TrueForAll(string.IsNullOrWhiteSpace) ? null : limit;
    }

    // Some write 10.0 for 10.
    private static long? Whole(string text)
    {
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole))
            return whole;
        return
            double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && Math.Abs(number) < long.MaxValue
            && double.IsInteger(number)
            ? (long)number
            : null;
    }

    private bool Flag(string name) =>
        Find(name) switch
        {
            null or { ValueKind: JsonValueKind.False } => false,
            { ValueKind: JsonValueKind.True } => true,
            { ValueKind: JsonValueKind.String } value when bool.TryParse(value.GetString(), out var flag) => flag,
            { } value => throw Wrong(name, "a boolean", value),
        };

    // Hints never fail a query: what is not a text is no condition.
    private List<string> Texts(string name)
    {
        var texts = new List<string>();
        if (Find(name) is { ValueKind: JsonValueKind.Array } array)
        {
            foreach (var item in array.EnumerateArray())
            {
                if (item.ValueKind == JsonValueKind.String)
                    texts.Add(item.GetString()!);
            }
        }

        return texts;
    }

    private string? Json(string name) =>
        Find(name) switch
        {
            { ValueKind: JsonValueKind.String } value => value.GetString(),
            { ValueKind: JsonValueKind.Object } value => value.GetRawText(),
            _ => null,
        };

    private static FieldException Wrong(string name, string expected, JsonElement value) => new($"Expected {name} to be {expected}, got {Describe(value)}.");

    private static string Describe(JsonElement value)
    {
        var text = value.GetRawText();
        return text.Length <= 40 ? text : text[..40] + "...";
    }

    private sealed class FieldException(string message) : Exception(message);
}
