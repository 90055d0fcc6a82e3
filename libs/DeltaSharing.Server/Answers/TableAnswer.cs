using System.IO.Pipelines;
using System.Runtime.ExceptionServices;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Tideway.DeltaSharing.Protocol;
using Tideway.DeltaSharing.Protocol.Lines;
using Tideway.DeltaSharing.Server.Exchange;
using Tideway.DeltaSharing.Server.Parameters;

namespace Tideway.DeltaSharing.Server.Answers;

/// <summary>
/// The answer to the metadata, query and changes calls: lines, written as they are made, so that memory does not grow with their number.
/// It is recorded before its first byte, with the counts as far as they are known by then.
/// </summary>
public sealed partial class TableAnswer : IResult
{
    /// <summary>The table version of the answer: the latest, or that of the first files.</summary>
    public required long TableVersion { get; init; }

    /// <summary>The first line. Byte for byte the same on every page of one query.</summary>
    public required SharingLine Protocol { get; init; }

    /// <summary>The second line. Byte for byte the same on every page of one query, and in metadata and query.</summary>
    public required SharingLine Metadata { get; init; }

    /// <summary>The further lines; none in an answer to the metadata call.</summary>
    public IAsyncEnumerable<SharingLine>? Lines { get; init; }

    /// <summary>
    /// Makes the last line, after all others. It is written only where this is set, and set only where the client asked for it
    /// (<see cref="SharingCapabilities.IncludeEndStreamAction"/>, a refresh token, or pages): clients break on one they did not ask for.
    /// </summary>
    public Func<EndStreamLine>? EndStream { get; init; }

    /// <summary>The format the lines are in; echoed.</summary>
    public ResponseFormats Format { get; init; } = ResponseFormats.Parquet;

    /// <summary>Whether the client asked for the end-stream line in its capabilities, so that it is promised in the header.</summary>
    public bool EchoEndStream { get; init; }

    /// <summary>How file ids were made, where the client asked for a way; echoed.</summary>
    public FileIdHash? EchoFileIdHash { get; init; }

    /// <summary>How many files the lines name, where known.</summary>
    public long? FileCount { get; init; }

    /// <summary>Their size in bytes, where known.</summary>
    public long? ByteCount { get; init; }

    /// <summary>
    /// What a failure while the lines are made means to the client; <see langword="null"/>, or where this is not set, a failure of the server.
    /// </summary>
    public Func<Exception, ProtocolRefusal?>? Explain { get; init; }

    /// <inheritdoc />
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        if (Lines is null && EndStream is not null)
            throw new InvalidOperationException("The answer to a metadata call has two lines, never a third.");
        var exchange = ProtocolExchange.Of(httpContext);
        exchange.TableVersion = TableVersion;
        exchange.FileCount = FileCount;
        exchange.ByteCount = ByteCount;
        await using var lines = Lines?.GetAsyncEnumerator(httpContext.RequestAborted);
        bool hasLine;
        try
        {
            // A table that cannot be read should fail before the answer has begun.
            hasLine = lines is not null && await lines.MoveNextAsync();
        }
        catch (Exception exception) when (Explain?.Invoke(exception) is { } refusal)
        {
            await refusal.ExecuteAsync(httpContext);
            return;
        }

        await exchange.RecordAsync(StatusCodes.Status200OK);
        WriteHeaders(httpContext.Response.Headers);
        httpContext.Response.ContentType = HeaderNames.Ndjson;
        // Lines that were not handed on yet can still be taken back, which the response's own writer does not allow.
        var output = PipeWriter.Create(httpContext.Response.Body, new StreamPipeWriterOptions(leaveOpen: true));
        var failure = await WriteAsync(httpContext, exchange, output, lines, hasLine);
        await output.CompleteAsync(failure);
        if (failure is not null)
            await EndFailedAsync(httpContext, failure);
    }

    private async Task<Exception?> WriteAsync(
        HttpContext context,
        ProtocolExchange exchange,
        PipeWriter output,
        IAsyncEnumerator<SharingLine>? lines,
        bool hasLine
    )
    {
        using var writer = new NdjsonWriter(output);
        try
        {
            await writer.WriteAsync(Protocol, context.RequestAborted);
            await writer.WriteAsync(Metadata, context.RequestAborted);
            while (hasLine)
            {
                await writer.WriteAsync(lines!.Current, context.RequestAborted);
                hasLine = await lines.MoveNextAsync();
            }

            if (EndStream is not null)
                await writer.WriteAsync(EndStream(), context.RequestAborted);
        }
        catch (Exception exception) when (EndStream is not null && context.Response.HasStarted && !context.RequestAborted.IsCancellationRequested)
        {
            await EndBrokenAsync(context, exchange, writer, exception);
        }
        catch (Exception exception)
        {
            return exception;
        }

        try
        {
            await writer.FlushAsync(context.RequestAborted);
            return null;
        }
        catch (Exception exception)
        {
            return exception;
        }
    }

    // Nothing has left: the answer can still be another one. Else the pipeline breaks the connection.
    private async Task EndFailedAsync(HttpContext context, Exception failure)
    {
        if (context.Response.HasStarted || context.RequestAborted.IsCancellationRequested || Explain?.Invoke(failure) is not { } refusal)
        {
            RemoveHeaders(context.Response);
            ExceptionDispatchInfo.Throw(failure);
            return;
        }

        RemoveHeaders(context.Response);
        await refusal.ExecuteAsync(context);
    }

    private static void RemoveHeaders(HttpResponse response)
    {
        if (response.HasStarted)
            return;
        response.Headers.Remove(HeaderNames.TableVersion);
        response.Headers.Remove(HeaderNames.Capabilities);
        response.Headers.Remove(HeaderNames.FileIdHash);
    }

    private void WriteHeaders(IHeaderDictionary headers)
    {
        headers[HeaderNames.TableVersion] = TableVersion.ToString();
        headers[HeaderNames.Capabilities] = SharingCapabilities.Echo(Format, EchoEndStream && EndStream is not null);
        if (EchoFileIdHash is { } hash)
            headers[HeaderNames.FileIdHash] = hash.ToHeader();
    }

    // A client that waits for the end-stream line is told there; for others the pipeline breaks the connection.
    private async Task EndBrokenAsync(HttpContext context, ProtocolExchange exchange, NdjsonWriter writer, Exception exception)
    {
        var logger = context.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger<TableAnswer>();
        Broken(logger, exception, exchange.Action, exchange.RequestId);
        var refusal = Explain?.Invoke(exception) ?? ProtocolRefusals.Internal(exception);
        await exchange.RecordAsync(refusal.Status, refusal.ErrorCode, refusal.OperatorMessage ?? refusal.Message);
        await writer.WriteAsync(new EndStreamLine { ErrorMessage = refusal.Message, HttpStatusErrorCode = refusal.Status }, context.RequestAborted);
    }

    [LoggerMessage(262, LogLevel.Error, "{Action} with request id {RequestId} failed after its answer had begun")]
    private static partial void Broken(ILogger logger, Exception exception, string action, string requestId);
}
