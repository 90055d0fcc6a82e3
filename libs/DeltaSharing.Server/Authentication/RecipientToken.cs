using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Tideway.DeltaSharing.Server.Authentication;

/// <summary>The bearer token of a request (RFC 6750, the Authorization header only).</summary>
public static class RecipientToken
{
    private const string Scheme = "Bearer ";
    private const int MaxLength = 4096;

    private static readonly SearchValues<char> Characters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/=");

    /// <summary>The token, or <see langword="null"/> and the <paramref name="fault"/>.</summary>
    public static string? Read(HttpRequest request, out RefusalReason fault)
    {
        ArgumentNullException.ThrowIfNull(request);
        var headers = request.Headers.Authorization;
        fault = RefusalReason.Missing;
        if (headers.Count == 0 || string.IsNullOrWhiteSpace(headers[0]))
            return null;
        fault = RefusalReason.Malformed;
        var header = headers[0]!;
        if (headers.Count > 1 || !header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            return null;
        var token = header[Scheme.Length..].Trim(' ');
        return token.Length is > 0 and <= MaxLength && !token.AsSpan().ContainsAnyExcept(Characters) ? token : null;
    }

    /// <summary>What access records name a token by: the first 12 hex digits of its SHA-256.</summary>
    public static string Fingerprint(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)))[..12];
}
