using System.Globalization;
using System.Text.Json;
using Tideway.DeltaSharing.Client.Transport;

namespace Tideway.DeltaSharing.Client.Credentials;

/// <summary>What a token endpoint gave (RFC 6749, section 5.1).</summary>
internal sealed record AccessToken(string Token, DateTimeOffset IssuedAt, DateTimeOffset ExpiresAt)
{
    private const int MaxBytes = 64 * 1024;

    // Servers need not say how long a token lives (RFC 6749, section 5.1); one that ends earlier is told by a 401.
    private const long UnsaidSeconds = 60 * 60;
    private const long MaxSeconds = 366L * 24 * 60 * 60;

    public static async Task<AccessToken> ReadAsync(Answer answer, DateTimeOffset asked, CancellationToken cancellationToken)
    {
        var json = await answer.CheckPlain().ReadAsync(MaxBytes, cancellationToken).ConfigureAwait(false) ?? throw answer.TooLarge($"at most {MaxBytes} bytes");
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            if (
                root.ValueKind != JsonValueKind.Object
                || !root.TryGetProperty("access_token", out var token)
                || token.ValueKind != JsonValueKind.String
                || token.GetString() is not { Length: > 0 } text
                || text.AsSpan().ContainsAnyExceptInRange('!', '~')
            )
                throw answer.Malformed("a token endpoint's answer with the text access_token");
            if (root.TryGetProperty("token_type", out var type) && !(type.ValueKind == JsonValueKind.String && IsBearer(type.GetString())))
                throw answer.Malformed("a token of type Bearer");
            return Seconds(root) is { } seconds
                ? new AccessToken(text, asked, asked.AddSeconds(seconds))
                : throw answer.Malformed("expires_in, a number of seconds above 0");
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // The exception's own text may quote the token. The second is what the reader throws for text that is no Unicode.
            throw answer.Malformed("JSON from the token endpoint");
        }
    }

    /// <inheritdoc />
    public override string ToString() => $"AccessToken until {ExpiresAt:O}";

    private static bool IsBearer(string? type) => string.Equals(type, "bearer", StringComparison.OrdinalIgnoreCase);

    // Some servers send it as text, or with a fraction, or far beyond the time for which any token is good.
    private static double? Seconds(JsonElement root)
    {
        if (!root.TryGetProperty("expires_in", out var value) || value.ValueKind == JsonValueKind.Null)
            return UnsaidSeconds;
        var text = value.ValueKind switch
        {
            JsonValueKind.Number => value.GetRawText(),
            JsonValueKind.String => value.GetString(),
            _ => null,
        };
        return double.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var seconds) && seconds > 0
            ? Math.Min(seconds, MaxSeconds)
            : null;
    }
}
