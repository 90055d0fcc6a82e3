using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Tideway.DeltaSharing.Server.Access;
using Tideway.DeltaSharing.Server.Answers;
using Tideway.DeltaSharing.Server.Authentication;
using Tideway.DeltaSharing.Server.Limits;

namespace Tideway.DeltaSharing.Server.Exchange;

/// <summary>What every protocol call goes through.</summary>
internal sealed partial class ProtocolPipeline<TAccessLog>(RequestDelegate handler)
    where TAccessLog : class, IProtocolAccessLog
{
    // What nginx writes down where the caller went away first.
    private const int CallerGone = 499;

    public async Task InvokeAsync(HttpContext context)
    {
        var services = context.RequestServices;
        var action = context.GetEndpoint()?.Metadata.GetMetadata<ProtocolAction>()?.Name ?? ProtocolActions.Unknown;
        var exchange = new ProtocolExchange(context, action, services.GetRequiredService<TAccessLog>(), services.GetRequiredService<TimeProvider>());
        var logger = services.GetRequiredService<ILoggerFactory>().CreateLogger("Tideway.DeltaSharing.Server.Exchange");
        // Whatever an endpoint does, no answer leaves unrecorded: what throws here aborts the answer.
        context.Response.OnStarting(() => exchange.IsSettled ? Task.CompletedTask : exchange.RecordAsync(context.Response.StatusCode).AsTask());
        try
        {
            await RunAsync(context, exchange);
        }
        catch (AccessNotRecordedException exception)
        {
            NotRecorded(logger, exception, exchange.RequestId);
            exchange.SettleUnrecorded();
            await EndAsync(context, ProtocolRefusals.NotRecorded);
        }
        catch (OperationCanceledException exception) when (exception is ReaderGoneException || context.RequestAborted.IsCancellationRequested)
        {
            await RecordEndAsync(exchange, logger, CallerGone, null, "The caller went away.");
        }
        catch (BadHttpRequestException exception) when (!context.Response.HasStarted)
        {
            await RefuseAsync(context, exchange, logger, ProtocolRefusals.OfBadRequest(exception));
        }
        catch (Exception exception)
        {
            Failed(logger, exception, exchange.Action, exchange.RequestId);
            await RefuseAsync(context, exchange, logger, ProtocolRefusals.Internal(exception));
        }
    }

    private async Task RunAsync(HttpContext context, ProtocolExchange exchange)
    {
        var authenticator = context.RequestServices.GetRequiredService<IRecipientAuthenticator>();
        var authentication = await authenticator.AuthenticateAsync(context, context.RequestAborted);
        exchange.Identify(authentication);
        if (authentication is RecipientAuthentication.Refused refused)
        {
            await ProtocolRefusals.OfAuthentication(refused).ExecuteAsync(context);
            return;
        }

        using var permit = await context.RequestServices.GetRequiredService<RecipientLimits>().EnterAsync(exchange.Recipient.Id, context.RequestAborted);
        if (permit.RefusedBy != LimitKind.None)
        {
            await RefuseAsync(context, exchange, permit);
            return;
        }

        if (AcceptedCodings.Of(context.Request).IsNone)
        {
            await ProtocolRefusals.NoEncoding.ExecuteAsync(context);
            return;
        }

        if (context.Request.ContentLength > RequestBody.MaxBytes)
        {
            await ProtocolRefusals.BodyTooLarge.ExecuteAsync(context);
            return;
        }

        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = RequestBody.MaxBytes;
        await handler(context);

        // An endpoint that set a status and nothing else.
        if (context.Response is { HasStarted: false, StatusCode: >= 400 } response && !exchange.IsSettled)
            await ProtocolRefusals.OfStatus(response.StatusCode).ExecuteAsync(context);
    }

    private static async Task RefuseAsync(HttpContext context, ProtocolExchange exchange, CallPermit permit)
    {
        Telemetry.CountRefusal(permit.RefusedBy);
        var refusal = ProtocolRefusals.BeyondLimits(permit);
        var records = context.RequestServices.GetRequiredService<RefusalRecords>();
        var recipientId = exchange.Recipient.Id;
        // What is known of the call is taken down now: the request is gone when the others are recorded.
        var access = exchange.Describe(refusal.Status, refusal.ErrorCode, refusal.OperatorMessage);
        if (!records.IsFirst(recipientId, exchange.Log, access))
        {
            exchange.SettleUnrecorded();
            await refusal.WriteAsync(context);
            return;
        }

        try
        {
            await refusal.ExecuteAsync(context);
        }
        catch (AccessNotRecordedException)
        {
            records.Forget(recipientId, exchange.Log);
            throw;
        }
    }

    private static async Task RefuseAsync(HttpContext context, ProtocolExchange exchange, ILogger logger, ProtocolRefusal refusal)
    {
        var recorded = await RecordEndAsync(exchange, logger, refusal.Status, refusal.ErrorCode, refusal.OperatorMessage ?? refusal.Message);
        if (!recorded)
            exchange.SettleUnrecorded();
        await EndAsync(context, recorded ? refusal : ProtocolRefusals.NotRecorded);
    }

    private static async Task<bool> RecordEndAsync(ProtocolExchange exchange, ILogger logger, int status, string? errorCode, string message)
    {
        try
        {
            await exchange.RecordAsync(status, errorCode, message);
            return true;
        }
        catch (AccessNotRecordedException exception)
        {
            NotRecorded(logger, exception, exchange.RequestId);
            return false;
        }
    }

    private static async Task EndAsync(HttpContext context, ProtocolRefusal refusal)
    {
        if (context.Response.HasStarted)
            // Breaking the connection is the only way left to say that the answer is not whole.
            context.Abort();
        else
            await refusal.WriteAsync(context);
    }

    [LoggerMessage(260, LogLevel.Error, "{Action} with request id {RequestId} failed")]
    private static partial void Failed(ILogger logger, Exception exception, string action, string requestId);

    [LoggerMessage(261, LogLevel.Error, "The access with request id {RequestId} could not be recorded and was refused")]
    private static partial void NotRecorded(ILogger logger, Exception exception, string requestId);
}
