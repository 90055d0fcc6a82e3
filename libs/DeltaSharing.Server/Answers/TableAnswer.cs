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
/// It is recorded before its first byte leaves, with the counts as far as they are known by then. A HEAD gets its headers; its lines are not made.
/// </summary>
public sealed partial class TableAnswer : IResult
{
    /// <summary>The table version of the answer: the latest, or that of the first files.</summary>
    public required long TableVersion { get; init; }

    /// <summary>The first line. Byte for byte the same on every page of one query.</summary>
    public required SharingLine Protocol { get; init; }

    /// <summary>The second line. Byte for byte the same on every page of one query, and in metadata and query.</summary>
    public required SharingLine Metadata { get; init; }

    /// <summary>Writes the further lines; none in an answer to the metadata call. What it throws before the first portion left makes another answer.</summary>
    public Func<AnswerWriter, CancellationToken, ValueTask>? Body { get; init; }

    /// <summary>
    /// How many bytes <see cref="Body"/> writes, where that is known before: the answer then says its length, which spares both ends the framing in chunks.
    /// </summary>
    public long? BodyLength { get; init; }

    /// <summary>
    /// Keeps what <see cref="Body"/> writes to be sent again: what the answer becomes where it is encoded is kept there too, and sent from there without a call of
    /// <see cref="Body"/>.
    /// </summary>
    public KeptLines? Kept { get; init; }

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

    /// <summary>The exchange that the addresses were signed in, where that was an earlier one; goes into the access record.</summary>
    public string? SignedIn { get; init; }

    /// <summary>
    /// What a failure while the lines are made means to the client; <see langword="null"/>, or where this is not set, a failure of the server.
    /// </summary>
    public Func<Exception, ProtocolRefusal?>? Explain { get; init; }

    /// <inheritdoc />
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        if (Body is null && EndStream is not null)
            throw new InvalidOperationException("The answer to a metadata call has two lines, never a third.");
        var exchange = ProtocolExchange.Of(httpContext);
        exchange.TableVersion = TableVersion;
        exchange.FileCount = FileCount;
        exchange.ByteCount = ByteCount;
        exchange.AddParameter("signedIn", SignedIn);
        if (Body is null)
        {
            await DescribeAsync(httpContext, exchange);
            return;
        }

        using var sending = new TableSending(this, httpContext, exchange);
        if (exchange.IsHead)
        {
            await sending.SendHeadersAsync();
            return;
        }

        using var writer = new AnswerWriter(sending.SendAsync);
        var failure = await WriteAsync(httpContext, exchange, writer, sending);
        if (failure is not null)
            await EndFailedAsync(httpContext, failure);
    }

    // Two lines that stay the same while the table does: a caller that has them need not get them again.
    private async Task DescribeAsync(HttpContext context, ProtocolExchange exchange)
    {
        using var lines = new MemoryStream();
        using (
            var writer = new AnswerWriter(
                (portion, _) =>
                {
                    lines.Write(portion.Span);
                    return ValueTask.CompletedTask;
                }
            )
        )
        {
            await writer.WriteAsync(Protocol, context.RequestAborted);
            await writer.WriteAsync(Metadata, context.RequestAborted);
            await writer.FlushAsync(context.RequestAborted);
        }

        var content = lines.GetBuffer().AsMemory(0, (int)lines.Length);
        var tag = EntityTag.Of(exchange, content.Span, $"{TableVersion} {Format} {EchoFileIdHash}");
        if (tag.IsHeldBy(context.Request))
        {
            await tag.AnswerHeldAsync(context);
            WriteHeaders(context.Response.Headers);
            return;
        }

        var coding = AnswerBody.Choose(context, content.Length);
        await exchange.RecordAsync(StatusCodes.Status200OK);
        WriteHeaders(context.Response.Headers);
        tag.WriteTo(context.Response, coding);
        context.Response.ContentType = HeaderNames.Ndjson;
        await AnswerBody.SendAsync(context, content, coding);
    }

    private async Task<Exception?> WriteAsync(HttpContext context, ProtocolExchange exchange, AnswerWriter writer, TableSending sending)
    {
        var stop = context.RequestAborted;
        try
        {
            writer.Write(Protocol);
            writer.Write(Metadata);
            if (sending.FindKept(writer.Gathered.Span) is { } kept)
            {
                writer.DropGathered();
                if (EndStream is not null)
                    writer.Write(EndStream());
                await sending.SendKeptAsync(kept, writer.Gathered, stop);
                return null;
            }
        }
        catch (Exception exception)
        {
            return exception;
        }

        try
        {
            if (EndStream is null && BodyLength is { } rest)
                context.Response.ContentLength = writer.BytesWritten + rest;
            await Body!(writer, stop);
            if (sending.KeepsAll)
                await writer.FlushAsync(stop);
            if (EndStream is not null)
                writer.Write(EndStream());
        }
        catch (Exception exception)
            when (EndStream is not null && exception is not ReaderGoneException && context.Response.HasStarted && !stop.IsCancellationRequested)
        {
            await EndBrokenAsync(context, exchange, writer, exception);
            sending.KeepsAll = false;
        }
        catch (Exception exception)
        {
            return exception;
        }

        try
        {
            await sending.EndAsync(writer, stop);
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
        if (
            context.Response.HasStarted
            || context.RequestAborted.IsCancellationRequested
            || failure is AccessNotRecordedException
            || Explain?.Invoke(failure) is not { } refusal
        )
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
        response.Headers.ContentEncoding = default;
        response.Headers.Vary = default;
        response.Headers.Remove(HeaderNames.TableVersion);
        response.Headers.Remove(HeaderNames.Capabilities);
        response.Headers.Remove(HeaderNames.FileIdHash);
        response.ContentLength = null;
    }

    internal void WriteHeaders(IHeaderDictionary headers)
    {
        // The format follows the one, the ids of files the other.
        headers.Append("Vary", $"{HeaderNames.Capabilities}, {HeaderNames.FileIdHash}");
        headers[HeaderNames.TableVersion] = TableVersion.ToString();
        headers[HeaderNames.Capabilities] = SharingCapabilities.Echo(Format, EchoEndStream && EndStream is not null);
        if (EchoFileIdHash is { } hash)
            headers[HeaderNames.FileIdHash] = hash.ToHeader();
    }

    // A client that waits for the end-stream line is told there; for others the pipeline breaks the connection.
    private async Task EndBrokenAsync(HttpContext context, ProtocolExchange exchange, AnswerWriter writer, Exception exception)
    {
        var logger = context.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger<TableAnswer>();
        Broken(logger, exception, exchange.Action, exchange.RequestId);
        var refusal = Explain?.Invoke(exception) ?? ProtocolRefusals.Internal(exception);
        await exchange.RecordAsync(refusal.Status, refusal.ErrorCode, refusal.OperatorMessage ?? refusal.Message);
        writer.DropLine();
        await writer.WriteAsync(new EndStreamLine { ErrorMessage = refusal.Message, HttpStatusErrorCode = refusal.Status }, context.RequestAborted);
    }

    [LoggerMessage(262, LogLevel.Error, "{Action} with request id {RequestId} failed after its answer had begun")]
    private static partial void Broken(ILogger logger, Exception exception, string action, string requestId);
}
