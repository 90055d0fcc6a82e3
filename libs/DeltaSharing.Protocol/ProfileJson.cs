using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace Tideway.DeltaSharing.Protocol;

/// <summary>Profile files as they are written.</summary>
internal static class ProfileJson
{
    private static readonly string[] WithoutOffset = ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF", "yyyy-MM-dd HH:mm:ss.FFFFFFF"];

    public static SharingProfile Read(ReadOnlySpan<byte> json)
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

    public static byte[] Write(SharingProfile profile)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, WireJson.WriterOptions with { Indented = true }))
        {
            writer.WriteStartObject();
            writer.WriteNumber("shareCredentialsVersion", profile.Version);
            if (profile.Version != SharingProfile.BearerVersion)
                writer.WriteString("type", profile.Credential.Type);
            writer.WriteString("endpoint", profile.Endpoint.AbsoluteUri.TrimEnd('/'));
            Write(writer, profile.Credential);
            if (profile.ExpirationTime is { } expiration)
                writer.WriteString("expirationTime", WireTimestamp.Format(expiration));
            if (profile.IcebergEndpoint is { } iceberg)
                writer.WriteString("icebergEndpoint", iceberg.AbsoluteUri);
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void Write(Utf8JsonWriter writer, ProfileCredential credential)
    {
        switch (credential)
        {
            case BearerTokenCredential bearer:
                writer.WriteString("bearerToken", bearer.Token);
                break;
            case OAuthClientCredential client:
                writer.WriteString("tokenEndpoint", client.TokenEndpoint.AbsoluteUri);
                writer.WriteString("clientId", client.ClientId);
                writer.WriteString("clientSecret", client.ClientSecret);
                if (client.Scope is not null)
                    writer.WriteString("scope", client.Scope);
                break;
            case PrivateKeyCredential key:
                writer.WriteStartObject("auth");
                writer.WriteString("tokenEndpoint", key.TokenEndpoint.AbsoluteUri);
                writer.WriteString("issuer", key.Issuer);
                writer.WriteString("clientId", key.ClientId);
                writer.WriteString("audience", key.Audience);
                if (key.Scope is not null)
                    writer.WriteString("scope", key.Scope);
                writer.WriteStartObject("privateKey");
                writer.WriteString("privateKeyFile", key.PrivateKeyFile);
                writer.WriteString("keyId", key.KeyId);
                writer.WriteString("algorithm", key.Algorithm);
                writer.WriteEndObject();
                writer.WriteEndObject();
                break;
            case BasicCredential basic:
                writer.WriteString("username", basic.Username);
                writer.WriteString("password", basic.Password);
                break;
        }
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
        var credential = number switch
        {
            SharingProfile.BearerVersion => Bearer(profile),
            SharingProfile.TypedVersion => Typed(profile),
            _ => throw Unsupported($"version {SharingProfile.BearerVersion} or {SharingProfile.TypedVersion}", $"version {number}"),
        };
        return new SharingProfile
        {
            Endpoint = Url(profile, "endpoint") ?? throw Malformed("the URL endpoint"),
            Credential = credential,
            ExpirationTime = Text(profile, "expirationTime") is { } text ? EndOf(text) : null,
            IcebergEndpoint = Url(profile, "icebergEndpoint"),
        };
    }

    // Some servers leave out the offset, or the time of day. What is no time at all ("never") does not say when the credential ends, and the server knows it anyhow.
    private static DateTimeOffset? EndOf(string text) =>
        WireTimestamp.TryParse(text, out var time)
        || DateTimeOffset.TryParseExact(text, WithoutOffset, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time)
            ? time
            : null;

    private static ProfileCredential Typed(JsonElement profile) =>
        Required(profile, "type") switch
        {
            BearerTokenCredential.TypeName => Bearer(profile),
            OAuthClientCredential.TypeName => new OAuthClientCredential
            {
                TokenEndpoint = TokenEndpoint(profile),
                ClientId = Required(profile, "clientId"),
                ClientSecret = Required(profile, "clientSecret"),
                Scope = Text(profile, "scope"),
            },
            PrivateKeyCredential.TypeName => PrivateKey(profile),
            BasicCredential.TypeName => new BasicCredential(Required(profile, "username"), Required(profile, "password")),
            var other => throw Unsupported(
                $"a credential of type {BearerTokenCredential.TypeName}, {OAuthClientCredential.TypeName}, {PrivateKeyCredential.TypeName} or {BasicCredential.TypeName}",
                $"'{(other.Length <= 64 ? other : other[..64])}', which is an unsupported type"
            ),
        };

    private static BearerTokenCredential Bearer(JsonElement profile)
    {
        var token = Required(profile, "bearerToken");
        return token.AsSpan().ContainsAnyExceptInRange('!', '~')
            ? throw Malformed("bearerToken to hold neither blanks nor control characters")
            : new BearerTokenCredential(token);
    }

    private static PrivateKeyCredential PrivateKey(JsonElement profile)
    {
        var auth = Object(profile, "auth");
        var key = Object(auth, "privateKey");
        return new PrivateKeyCredential
        {
            TokenEndpoint = TokenEndpoint(auth),
            Issuer = Required(auth, "issuer"),
            ClientId = Required(auth, "clientId"),
            Audience = Required(auth, "audience"),
            Scope = Text(auth, "scope"),
            PrivateKeyFile = Required(key, "privateKeyFile"),
            KeyId = Required(key, "keyId"),
            Algorithm = Required(key, "algorithm"),
        };
    }

    private static JsonElement Object(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Object ? value : throw Malformed($"the object {name}");

    private static string Required(JsonElement parent, string name) => Text(parent, name) ?? throw Malformed($"the text {name}");

    private static string? Text(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;

    private static Uri? Url(JsonElement parent, string name) => Text(parent, name) is { } text ? Web(text.TrimEnd('/'), name, allowQuery: false) : null;

    // Token endpoints of some identity providers carry a query.
    private static Uri TokenEndpoint(JsonElement parent) => Web(Required(parent, "tokenEndpoint"), "tokenEndpoint", allowQuery: true);

    private static Uri Web(string text, string name, bool allowQuery) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url)
        && url.Scheme is ("http" or "https")
        && url.UserInfo.Length == 0
        && (allowQuery || url.Query.Length == 0)
        && url.Fragment.Length == 0
            ? url
            : throw Malformed($"{name} to be an absolute http or https URL without user{(allowQuery ? "" : ", query")} and fragment");

    private static SharingProtocolException Unsupported(string expected, string got) =>
        new(SharingProtocolError.Unsupported, $"Expected a profile of {expected}, got {got}.");

    private static SharingProtocolException Malformed(string expected) => new(SharingProtocolError.Malformed, $"Malformed profile file: expected {expected}.");
}
