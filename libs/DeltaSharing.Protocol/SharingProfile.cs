using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Tideway.DeltaSharing.Protocol;

/// <summary>
/// A recipient's profile file, version 1: where a server is and the bearer token for it. Treat it as a secret; <see cref="ToString"/> leaves
/// the token out.
/// </summary>
public sealed record SharingProfile
{
    /// <summary>The only version that the protocol itself describes.</summary>
    public const int Version = 1;

    /// <summary>The server's prefix, such as <c>https://share.example.com/delta-sharing</c>; does not end with a slash.</summary>
    public required Uri Endpoint { get; init; }

    /// <summary>The token for <c>Authorization: Bearer</c>.</summary>
    public required string BearerToken { get; init; }

    /// <summary>From when on the token is refused, where the server said so.</summary>
    public DateTimeOffset? ExpirationTime { get; init; }

    /// <summary>The share's Iceberg REST catalog, where the server has one.</summary>
    public Uri? IcebergEndpoint { get; init; }

    /// <summary>
    /// Reads a profile file. Throws <see cref="SharingProtocolException"/>: <see cref="SharingProtocolError.Unsupported"/> for versions and
    /// types of credentials other than version 1, else <see cref="SharingProtocolError.Malformed"/>.
    /// </summary>
    public static SharingProfile Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json.StartsWith("\uFEFF"u8) ? json[3..] : json, new JsonReaderOptions { AllowTrailingCommas = true });
            using var document = JsonDocument.ParseValue(ref reader);
            return Read(document.RootElement);
        }
        catch (JsonException exception)
        {
            // The exception's own text may quote what it found.
            throw Malformed($"JSON, got something else at line {exception.LineNumber + 1}, byte {exception.BytePositionInLine}");
        }
        catch (InvalidOperationException)
        {
            // What the JSON reader throws for text that is no Unicode.
            throw Malformed("well-formed Unicode");
        }
    }

    /// <summary>The profile file.</summary>
    public byte[] ToJson()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, WireJson.WriterOptions with { Indented = true }))
        {
            writer.WriteStartObject();
            writer.WriteNumber("shareCredentialsVersion", Version);
            writer.WriteString("endpoint", Endpoint.AbsoluteUri.TrimEnd('/'));
            writer.WriteString("bearerToken", BearerToken);
            if (ExpirationTime is { } expiration)
                writer.WriteString("expirationTime", WireTimestamp.Format(expiration));
            if (IcebergEndpoint is { } iceberg)
                writer.WriteString("icebergEndpoint", iceberg.AbsoluteUri);
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append("Endpoint = ").Append(Endpoint).Append(", ExpirationTime = ").Append(ExpirationTime);
        return true;
    }

    private static SharingProfile Read(JsonElement profile)
    {
        if (profile.ValueKind != JsonValueKind.Object)
            throw Malformed($"a JSON object, got {profile.ValueKind}");
        if (
            !profile.TryGetProperty("shareCredentialsVersion", out var version)
            || version.ValueKind != JsonValueKind.Number
            || !version.TryGetInt32(out var number)
        )
            throw Malformed("the number shareCredentialsVersion");
        if (number != Version)
        {
            var type = profile.TryGetProperty("type", out var t) && t.ValueKind == JsonValueKind.String ? $" of type '{t.GetString()}'" : "";
            throw new SharingProtocolException(
                SharingProtocolError.Unsupported,
                $"Expected a profile of version {Version} (bearer token), got version {number}{type}, which is an unsupported type."
            );
        }

        var token = ReadText(profile, "bearerToken") ?? throw Malformed("the text bearerToken");
        if (token.AsSpan().ContainsAnyExceptInRange('!', '~'))
            throw Malformed("bearerToken to hold neither blanks nor control characters");
        var expiration = ReadText(profile, "expirationTime");
        var expiresAt = default(DateTimeOffset);
        if (expiration is not null && !WireTimestamp.TryParse(expiration, out expiresAt))
            throw Malformed("expirationTime to be an ISO 8601 time with an offset");

        return new SharingProfile
        {
            Endpoint = ReadUrl(profile, "endpoint") ?? throw Malformed("the URL endpoint"),
            BearerToken = token,
            ExpirationTime = expiration is null ? null : expiresAt,
            IcebergEndpoint = ReadUrl(profile, "icebergEndpoint"),
        };
    }

    private static string? ReadText(JsonElement profile, string name) =>
        profile.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;

    private static Uri? ReadUrl(JsonElement profile, string name)
    {
        if (ReadText(profile, name) is not { } text)
            return null;
        return
            Uri.TryCreate(text.TrimEnd('/'), UriKind.Absolute, out var url)
            && url.Scheme is ("http" or "https")
            && url.UserInfo.Length == 0
            && url.Query.Length == 0
            && url.Fragment.Length == 0
            ? url
            : throw Malformed($"{name} to be an absolute http or https URL without user, query and fragment");
    }

    private static SharingProtocolException Malformed(string expected) => new(SharingProtocolError.Malformed, $"Malformed profile file: expected {expected}.");
}
