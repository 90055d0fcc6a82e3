using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Tideway.Hosting.Identity;

/// <summary>Reads the <c>Authorization</c> header.</summary>
public static class BearerToken
{
    private const string Prefix = "Bearer ";

    /// <summary>The bearer token of the request; false where there is no header, more than one, or another scheme.</summary>
    public static bool TryRead(HttpRequest request, [NotNullWhen(true)] out string? token)
    {
        var header = request.Headers[HeaderNames.Authorization];
        token =
            header.Count == 1 && header[0] is { } value && value.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) ? value[Prefix.Length..].Trim() : null;
        if (token is { Length: > 0 })
            return true;
        token = null;
        return false;
    }
}
