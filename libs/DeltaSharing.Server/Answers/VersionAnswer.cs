using System.Text;
using Microsoft.AspNetCore.Http;
using Tideway.DeltaSharing.Protocol;
using Tideway.DeltaSharing.Server.Exchange;

namespace Tideway.DeltaSharing.Server.Answers;

/// <summary>The answer to the version call: a header and no body, for GET and the older HEAD.</summary>
/// <param name="version">The version.</param>
/// <param name="tableId">Which table it is of; the same name may be another's later.</param>
public sealed class VersionAnswer(long version, Guid tableId = default) : IResult
{
    /// <inheritdoc />
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var exchange = ProtocolExchange.Of(httpContext);
        exchange.TableVersion = version;
        var tag = EntityTag.Of(exchange, Encoding.UTF8.GetBytes($"{tableId:N}/{version}"));
        if (tag.IsHeldBy(httpContext.Request))
        {
            await tag.AnswerHeldAsync(httpContext);
        }
        else
        {
            await exchange.RecordAsync(StatusCodes.Status200OK);
            tag.WriteTo(httpContext.Response);
            httpContext.Response.ContentLength = 0;
        }

        httpContext.Response.Headers[HeaderNames.TableVersion] = version.ToString();
    }
}
