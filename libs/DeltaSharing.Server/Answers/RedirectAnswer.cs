using Microsoft.AspNetCore.Http;
using Tideway.DeltaSharing.Server.Exchange;

namespace Tideway.DeltaSharing.Server.Answers;

/// <summary>
/// An answer that sends the client on to a signed address of a file (307), recorded before it is written. The address needs no credential, and clients
/// drop theirs where it is another host's.
/// </summary>
/// <param name="url">The address.</param>
public sealed class RedirectAnswer(string url) : IResult
{
    /// <inheritdoc />
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        await ProtocolExchange.Of(httpContext).RecordAsync(StatusCodes.Status307TemporaryRedirect);
        httpContext.Response.StatusCode = StatusCodes.Status307TemporaryRedirect;
        httpContext.Response.Headers.Location = url;
        httpContext.Response.ContentLength = 0;
    }
}
