using System.Diagnostics;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Tideway.Hosting.Identity;

namespace Tideway.Hosting.Web;

/// <summary>Turns exceptions, and answers that carry nothing but a status, into an error body. What went wrong inside stays in the log.</summary>
internal sealed partial class ErrorResponses(RequestDelegate next, IEnumerable<IErrorDialect> dialects, ILogger<ErrorResponses> logger)
{
    private readonly IErrorDialect[] dialects = [.. dialects];

    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody is left to read an answer.
            return;
        }
        catch (Exception exception) when (!context.Response.HasStarted)
        {
            var (status, code, message) = Describe(context, exception);
            context.Response.Clear();
            if (status is StatusCodes.Status503ServiceUnavailable or StatusCodes.Status429TooManyRequests)
                context.Response.Headers.RetryAfter = "1";
            await WriteAsync(context, status, code, message);
            return;
        }

        if (IsUnanswered(context.Response))
        {
            var (code, message) = Describe(context);
            await WriteAsync(context, context.Response.StatusCode, code, message);
        }
    }

    public static (string Code, string Message) OfStatus(int status) =>
        status switch
        {
            StatusCodes.Status400BadRequest => ("INVALID_PARAMETER_VALUE", "The request is not what was expected."),
            StatusCodes.Status401Unauthorized => ("UNAUTHENTICATED", "A bearer token was expected."),
            StatusCodes.Status403Forbidden => ("PERMISSION_DENIED", "This is not allowed."),
            StatusCodes.Status405MethodNotAllowed => ("METHOD_NOT_ALLOWED", "This method is not known here; the Allow header names those that are."),
            StatusCodes.Status413PayloadTooLarge => ("RESOURCE_LIMIT_EXCEEDED", "The body is too large."),
            StatusCodes.Status415UnsupportedMediaType => ("INVALID_PARAMETER_VALUE", "The body was expected as application/json."),
            StatusCodes.Status429TooManyRequests => ("RESOURCE_LIMIT_EXCEEDED", "There were too many requests; try again later."),
            StatusCodes.Status431RequestHeaderFieldsTooLarge => ("RESOURCE_LIMIT_EXCEEDED", "The headers are too large."),
            StatusCodes.Status503ServiceUnavailable => ("TEMPORARILY_UNAVAILABLE", "This cannot be answered just now; try again."),
            >= 500 => ("INTERNAL_ERROR", "Something went wrong on our side."),
            _ => ("INVALID_PARAMETER_VALUE", "The request could not be answered."),
        };

    private static bool IsUnanswered(HttpResponse response) =>
        response is { HasStarted: false, StatusCode: >= 400, ContentLength: null } && string.IsNullOrEmpty(response.ContentType);

    private static (string Code, string Message) Describe(HttpContext context)
    {
        if (context.Response.StatusCode != StatusCodes.Status404NotFound)
            return OfStatus(context.Response.StatusCode);
        return context.GetEndpoint() is null
            ? ("ENDPOINT_NOT_FOUND", $"There is no endpoint {context.Request.Method} {context.Request.Path}.")
            : ("RESOURCE_DOES_NOT_EXIST", $"There is nothing at {context.Request.Path}.");
    }

    private (int Status, string Code, string Message) Describe(HttpContext context, Exception exception)
    {
        switch (exception)
        {
            case BadHttpRequestException { StatusCode: StatusCodes.Status400BadRequest } bad:
                return (bad.StatusCode, "INVALID_PARAMETER_VALUE", BadRequestText.Of(bad));
            case BadHttpRequestException bad:
                var (code, message) = OfStatus(bad.StatusCode);
                return (bad.StatusCode, code, message);
            case JsonException json:
                return (StatusCodes.Status400BadRequest, "INVALID_PARAMETER_VALUE", BadRequestText.Of(json));
            case TooManyUnknownTokensException:
                return (
                    StatusCodes.Status429TooManyRequests,
                    "RESOURCE_LIMIT_EXCEEDED",
                    "There were too many unknown bearer tokens from this address; try again later."
                );
            case CredentialCheckException:
                CredentialNotChecked(logger, exception, context.Request.Method, context.Request.Path);
                return (StatusCodes.Status503ServiceUnavailable, "TEMPORARILY_UNAVAILABLE", "The credential could not be checked just now; try again.");
            default:
                var request = Activity.Current?.TraceId.ToString() ?? context.TraceIdentifier;
                RequestFailed(logger, exception, context.Request.Method, context.Request.Path, request);
                return (
                    StatusCodes.Status500InternalServerError,
                    "INTERNAL_ERROR",
                    $"Something went wrong on our side; our log has the reason under {request}."
                );
        }
    }

    private Task WriteAsync(HttpContext context, int status, string code, string message)
    {
        foreach (var dialect in dialects)
        {
            if (dialect.Covers(context.Request))
                return dialect.WriteAsync(context, status, code, message);
        }

        return Problems.Of(status, code, message).ExecuteAsync(context);
    }

    [LoggerMessage(300, LogLevel.Error, "{Method} {Path} failed ({Request})")]
    private static partial void RequestFailed(ILogger logger, Exception exception, string method, PathString path, string request);

    [LoggerMessage(301, LogLevel.Warning, "{Method} {Path} was refused because the credential could not be checked")]
    private static partial void CredentialNotChecked(ILogger logger, Exception exception, string method, PathString path);
}
