using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Tideway.DeltaSharing.Protocol;
using Tideway.DeltaSharing.Protocol.Lines;
using Tideway.DeltaSharing.Server.Exchange;

namespace Tideway.DeltaSharing.Server.Answers;

/// <summary>
/// The answer to an asynchronous query that is not ready: one line with the id to ask by. It names the table version too, without which a client fails.
/// A query that failed is never answered so but by a refusal: clients take every such line for one that is to be asked again.
/// </summary>
/// <param name="queryId">What to ask by.</param>
/// <param name="tableVersion">The version that the answer will be about.</param>
/// <param name="capabilities">What the client takes.</param>
public sealed class PendingQueryAnswer(string queryId, long tableVersion, SharingCapabilities capabilities) : IResult
{
    /// <inheritdoc />
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var exchange = ProtocolExchange.Of(httpContext);
        exchange.TableVersion = tableVersion;
        await exchange.RecordAsync(StatusCodes.Status200OK);
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
            new QueryStatusLine { QueryId = queryId, Status = QueryStatusLine.Pending }.Write(json);
        buffer.Write("\n"u8);
        var response = httpContext.Response;
        response.ContentType = HeaderNames.Ndjson;
        response.ContentLength = buffer.WrittenCount;
        response.Headers[HeaderNames.TableVersion] = tableVersion.ToString();
        // Which format it will be is not known yet; the one named is one that the client takes.
        var format = capabilities.ResponseFormats == ResponseFormats.Delta ? ResponseFormats.Delta : ResponseFormats.Parquet;
        response.Headers[HeaderNames.Capabilities] = SharingCapabilities.Echo(format, endStreamAction: false) + ";asyncquery=true";
        await response.Body.WriteAsync(buffer.WrittenMemory, httpContext.RequestAborted);
    }
}
