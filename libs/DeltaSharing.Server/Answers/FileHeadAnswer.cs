using Microsoft.AspNetCore.Http;
using Tideway.DeltaSharing.Server.Exchange;

namespace Tideway.DeltaSharing.Server.Answers;

/// <summary>The answer to a HEAD of a file: its size and when it was written, recorded before it is written.</summary>
/// <param name="size">Length in bytes.</param>
/// <param name="lastModified">When the file was last written.</param>
public sealed class FileHeadAnswer(long size, DateTimeOffset lastModified) : IResult
{
    /// <inheritdoc />
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        await ProtocolExchange.Of(httpContext).RecordAsync(StatusCodes.Status200OK);
        httpContext.Response.ContentType = "application/octet-stream";
        httpContext.Response.ContentLength = size;
        httpContext.Response.GetTypedHeaders().LastModified = lastModified;
    }
}
