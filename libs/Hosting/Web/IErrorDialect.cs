using Microsoft.AspNetCore.Http;

namespace Tideway.Hosting.Web;

/// <summary>How errors are told on some routes where it is not problem+json. A service registers one beside the routes that need it.</summary>
public interface IErrorDialect
{
    /// <summary>Whether the answer to this request is in this dialect.</summary>
    bool Covers(HttpRequest request);

    /// <summary>Writes the answer; nothing has been written yet.</summary>
    Task WriteAsync(HttpContext context, int status, string errorCode, string message);
}
