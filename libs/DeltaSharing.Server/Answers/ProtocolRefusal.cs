using Microsoft.AspNetCore.Http;
using Tideway.DeltaSharing.Protocol;
using Tideway.DeltaSharing.Server.Exchange;

namespace Tideway.DeltaSharing.Server.Answers;

/// <summary>An answer that says no, in the protocol's way. As a result of an endpoint it is recorded, then written.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="ErrorCode">One of <see cref="ErrorCodes"/>.</param>
/// <param name="Message">What the caller is told.</param>
public sealed record ProtocolRefusal(int Status, string ErrorCode, string Message) : IResult
{
    private const int MaxMessageLength = 2000;

    /// <summary>What the caller is told; cut where it is long, since it may repeat what the caller sent.</summary>
    public string Message
    {
        get;
        init => field = Cut(value);
    } = Cut(Message);

    /// <summary>What the access record says instead of <see cref="Message"/>, where the caller is not to know.</summary>
    public string? OperatorMessage { get; init; }

    /// <summary>When to try again, in the <c>Retry-After</c> header.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The <c>WWW-Authenticate</c> header of a 401.</summary>
    public string? Challenge { get; init; }

    /// <summary>The <c>Allow</c> header of a 405.</summary>
    public string? Allow { get; init; }

    /// <inheritdoc />
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        await ProtocolExchange.Of(httpContext).RecordAsync(Status, ErrorCode, OperatorMessage ?? Message);
        await WriteAsync(httpContext);
    }

    internal async Task WriteAsync(HttpContext context)
    {
        var response = context.Response;
        response.StatusCode = Status;
        response.ContentType = HeaderNames.Json;
        if (Challenge is not null)
            response.Headers.WWWAuthenticate = Challenge;
        if (Allow is not null)
            response.Headers.Allow = Allow;
        if (RetryAfter is { } wait)
            response.Headers.RetryAfter = ((long)Math.Ceiling(wait.TotalSeconds)).ToString();
        var body = new ErrorBody(ErrorCode, Message).ToJson();
        response.ContentLength = body.Length;
        // What answers a HEAD has no body.
        if (!HttpMethods.IsHead(context.Request.Method))
            await response.Body.WriteAsync(body, context.RequestAborted);
    }

    private static string Cut(string message) => message.Length <= MaxMessageLength ? message : string.Concat(message.AsSpan(0, MaxMessageLength), "...");
}
