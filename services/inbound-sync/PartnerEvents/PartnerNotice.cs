using System.Text.Json;

namespace Tideway.InboundSync.PartnerEvents;

/// <summary>A CloudEvents 1.0 event in structured JSON, as a partner sends it. What it does not say is <see langword="null"/>.</summary>
internal sealed record PartnerNotice
{
    public required string Id { get; init; }

    public required string Source { get; init; }

    public required string Type { get; init; }

    public string? Subject { get; init; }

    public string? Share { get; init; }

    public string? Schema { get; init; }

    public string? Table { get; init; }

    public long? ToVersion { get; init; }

    /// <summary>Reads an event; the fault says what was expected and what came.</summary>
    public static PartnerNotice? Parse(ReadOnlySpan<byte> body, out string? fault)
    {
        fault = null;
        try
        {
            var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = 16 });
            using var document = JsonDocument.ParseValue(ref reader);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
            {
                fault = $"Expected a CloudEvents object, got {root.ValueKind}.";
                return null;
            }

            if (Text(root, "specversion") is not "1.0")
            {
                fault = $"Expected specversion 1.0, got '{Text(root, "specversion")}'.";
                return null;
            }

            if (
                Text(root, "id") is not { Length: > 0 and <= 255 } id
                || Text(root, "source") is not { Length: > 0 } source
                || Text(root, "type") is not { Length: > 0 } type
            )
            {
                fault = "Expected id, source and type of a CloudEvents event.";
                return null;
            }

            var data = root.TryGetProperty("data", out var d) && d.ValueKind == JsonValueKind.Object ? d : default;
            return new PartnerNotice
            {
                Id = id,
                Source = source,
                Type = type,
                Subject = Text(root, "subject"),
                Share = Text(data, "share"),
                Schema = Text(data, "schema"),
                Table = Text(data, "table"),
                ToVersion =
                    data.ValueKind == JsonValueKind.Object && data.TryGetProperty("to_version", out var to) && to.TryGetInt64(out var version) ? version : null,
            };
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException)
        {
            fault = $"Expected a CloudEvents event in JSON: {exception.Message}";
            return null;
        }
    }

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}
