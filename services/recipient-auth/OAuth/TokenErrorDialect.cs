using Tideway.Hosting.Web;

namespace Tideway.RecipientAuth.OAuth;

/// <summary>
/// Errors of the token endpoint that it does not answer itself, such as a method that is not allowed or a body that is too large, as clients of OAuth expect them
/// (RFC 6749, section 5.2).
/// </summary>
internal sealed class TokenErrorDialect : IErrorDialect
{
    public bool Covers(HttpRequest request) =>
        request.Path.StartsWithSegments(TokenEndpoint.Path, StringComparison.OrdinalIgnoreCase, out var rest) && rest.Value is null or "" or "/";

    public Task WriteAsync(HttpContext context, int status, string errorCode, string message)
    {
        TokenEndpoint.KeepFromCaches(context.Response);
        return TokenEndpoint.Error(status, ErrorOf(status), message).ExecuteAsync(context);
    }

    // Section 5.2 has no code for trouble of the server; these are what section 4.1.2.1 calls it.
    private static string ErrorOf(int status) =>
        status switch
        {
            StatusCodes.Status429TooManyRequests => "slow_down",
            StatusCodes.Status503ServiceUnavailable => "temporarily_unavailable",
            >= StatusCodes.Status500InternalServerError => "server_error",
            _ => "invalid_request",
        };
}
