using System.Net.Http.Headers;
using System.Text;

namespace Tideway.RecipientAuth.OAuth;

/// <summary>Client id and secret of a request for a token (RFC 6749, section 2.3.1).</summary>
internal readonly record struct ClientCredentials(string Id, string Secret)
{
    private const int MaxLength = 1024;

    /// <summary>
    /// From the header, or else the form; <see langword="null"/> where neither has both. Clients differ in whether they form-encode id and secret in the
    /// header as the RFC wants; ours are made of characters that are the same either way.
    /// </summary>
    public static ClientCredentials? Read(HttpRequest request, IFormCollection form)
    {
        if (request.Headers.Authorization is [{ Length: > 0 } header])
            return FromHeader(header);
        var (id, secret) = (form["client_id"].ToString(), form["client_secret"].ToString());
        return id.Length is > 0 and <= MaxLength && secret.Length is > 0 and <= MaxLength ? new ClientCredentials(id, secret) : null;
    }

    /// <inheritdoc />
    public override string ToString() => Id;

    private static ClientCredentials? FromHeader(string header)
    {
        if (
            header.Length > MaxLength * 2
            || !AuthenticationHeaderValue.TryParse(header, out var value)
            || !string.Equals(value.Scheme, "Basic", StringComparison.OrdinalIgnoreCase)
            || value.Parameter is null
        )
            return null;
        var bytes = new byte[value.Parameter.Length];
        if (!Convert.TryFromBase64String(value.Parameter, bytes, out var length))
            return null;
        var text = Encoding.UTF8.GetString(bytes, 0, length);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && colon < text.Length - 1
            ? new ClientCredentials(Uri.UnescapeDataString(text[..colon]), Uri.UnescapeDataString(text[(colon + 1)..]))
            : null;
    }
}
