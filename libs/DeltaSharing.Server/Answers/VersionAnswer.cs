using Microsoft.AspNetCore.Http;
using Tideway.DeltaSharing.Protocol;
using Tideway.DeltaSharing.Server.Exchange;

namespace Tideway.DeltaSharing.Server.Answers;

/// <summary>The answer to the version call: a header and no body, for GET and the older HEAD.</summary>
public sealed class VersionAnswer(long version) : IResult
{
    /// <inheritdoc />
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var exchange = ProtocolExchange.Of(httpContext);
        exchange.TableVersion = version;
        await exchange.RecordAsync(StatusCodes.Status200OK);
        httpContext.Response.Headers[HeaderNames.TableVersion] = version.ToString();
        httpContext.Response.ContentLength = 0;
    }
}
