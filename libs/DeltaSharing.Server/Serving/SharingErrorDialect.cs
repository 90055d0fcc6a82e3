using Microsoft.AspNetCore.Http;
using Tideway.DeltaSharing.Protocol;
using Tideway.Hosting.Web;

namespace Tideway.DeltaSharing.Server.Serving;

/// <summary>Errors below the protocol's paths that no endpoint answered, such as a method that is not allowed, in the protocol's way.</summary>
internal sealed class SharingErrorDialect : IErrorDialect
{
    public bool Covers(HttpRequest request) =>
        request.Path.StartsWithSegments("/delta-sharing", StringComparison.OrdinalIgnoreCase)
        || request.Path.StartsWithSegments("/files", StringComparison.OrdinalIgnoreCase);

    public async Task WriteAsync(HttpContext context, int status, string errorCode, string message)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = HeaderNames.Json;
        if (!HttpMethods.IsHead(context.Request.Method))
            await context.Response.Body.WriteAsync(new ErrorBody(errorCode, message).ToJson(), context.RequestAborted);
    }
}
