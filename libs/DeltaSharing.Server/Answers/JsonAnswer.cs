using Microsoft.AspNetCore.Http;
using Tideway.DeltaSharing.Protocol;
using Tideway.DeltaSharing.Protocol.Listing;
using Tideway.DeltaSharing.Server.Exchange;

namespace Tideway.DeltaSharing.Server.Answers;

/// <summary>An answer of one line of JSON, recorded before it is written.</summary>
public sealed class JsonAnswer(ReadOnlyMemory<byte> json) : IResult
{
    /// <summary>A page of a list.</summary>
    public static JsonAnswer Of<T>(ListPage<T> page) => new(page.ToJson());

    /// <summary>One share.</summary>
    public static JsonAnswer Of(ShareItem share) => new(new ShareAnswer(share).ToJson());

    /// <summary>One volume.</summary>
    public static JsonAnswer Of(VolumeItem volume)
    {
        ArgumentNullException.ThrowIfNull(volume);
        return new(volume.ToJson());
    }

    /// <summary>One table.</summary>
    public static JsonAnswer Of(TableItem table)
    {
        ArgumentNullException.ThrowIfNull(table);
        return new(table.ToJson());
    }

    /// <inheritdoc />
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        await ProtocolExchange.Of(httpContext).RecordAsync(StatusCodes.Status200OK);
        httpContext.Response.ContentType = HeaderNames.Json;
        httpContext.Response.ContentLength = json.Length;
        await httpContext.Response.Body.WriteAsync(json, httpContext.RequestAborted);
    }
}
