using System.Buffers;
using System.Text.Json;

namespace Tideway.DeltaSharing.Protocol;

/// <summary>The body of a table query. Every field may be absent.</summary>
public sealed record QueryRequest
{
    /// <summary>SQL conditions that all rows wanted meet. Only a hint.</summary>
    public IReadOnlyList<string> PredicateHints { get; init; } = [];

    /// <summary>The same as a tree in JSON. Only a hint.</summary>
    public string? JsonPredicateHints { get; init; }

    /// <summary>How many rows are enough. Only a hint.</summary>
    public long? LimitHint { get; init; }

    /// <summary>The version wanted.</summary>
    public long? Version { get; init; }

    /// <summary>The point in time wanted.</summary>
    public string? Timestamp { get; init; }

    /// <summary>The first version whose changed files are wanted.</summary>
    public long? StartingVersion { get; init; }

    /// <summary>The last version whose changed files are wanted.</summary>
    public long? EndingVersion { get; init; }

    /// <summary>Whether changes of the protocol between the versions are wanted too.</summary>
    public bool IncludeHistoricalProtocol { get; init; }

    /// <summary>What makes two attempts of one asynchronous query the same.</summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>How many files a page holds at most.</summary>
    public int? MaxFiles { get; init; }

    /// <summary>The token of the page wanted.</summary>
    public string? PageToken { get; init; }

    /// <summary>Whether a refresh token is wanted.</summary>
    public bool IncludeRefreshToken { get; init; }

    /// <summary>The token of the file set wanted again.</summary>
    public string? RefreshToken { get; init; }

    /// <summary>
    /// Reads a body; an empty one is <c>{}</c>. Unknown fields are ignored, <c>null</c> is absent, numbers may be texts, booleans may have any
    /// case; a hint that is none is absent. Returns <see langword="null"/> and the <paramref name="fault"/>, with its place, where that is not enough.
    /// </summary>
    public static QueryRequest? Parse(ReadOnlySpan<byte> json, out string? fault) => BodyFields.Read(json, static fields => fields.ToRequest(), out fault);

    /// <summary>The body as UTF-8 JSON, with the fields that are set.</summary>
    public byte[] ToJson()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, WireJson.WriterOptions))
        {
            writer.WriteStartObject();
            if (PredicateHints.Count > 0)
            {
                writer.WriteStartArray("predicateHints");
                foreach (var hint in PredicateHints)
                    writer.WriteStringValue(hint);
                writer.WriteEndArray();
            }

            WriteText(writer, "jsonPredicateHints", JsonPredicateHints);
            WriteNumber(writer, "limitHint", LimitHint);
            WriteNumber(writer, "version", Version);
            WriteText(writer, "timestamp", Timestamp);
            WriteNumber(writer, "startingVersion", StartingVersion);
            WriteNumber(writer, "endingVersion", EndingVersion);
            WriteFlag(writer, "includeHistoricalProtocol", IncludeHistoricalProtocol);
            WriteText(writer, "idempotencyKey", IdempotencyKey);
            WriteNumber(writer, "maxFiles", MaxFiles);
            WriteText(writer, "pageToken", PageToken);
            WriteFlag(writer, "includeRefreshToken", IncludeRefreshToken);
            WriteText(writer, "refreshToken", RefreshToken);
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteText(Utf8JsonWriter writer, string name, string? value)
    {
        if (value is not null)
            writer.WriteString(name, value);
    }

    private static void WriteNumber(Utf8JsonWriter writer, string name, long? value)
    {
        if (value is { } number)
            writer.WriteNumber(name, number);
    }

    private static void WriteFlag(Utf8JsonWriter writer, string name, bool value)
    {
        if (value)
            writer.WriteBoolean(name, value);
    }
}
