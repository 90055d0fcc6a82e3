using Microsoft.AspNetCore.Http;
using Tideway.DeltaSharing.Protocol;
using Tideway.DeltaSharing.Server.Authentication;
using Tideway.DeltaSharing.Server.Exchange;
using Tideway.DeltaSharing.Server.Limits;

namespace Tideway.DeltaSharing.Server.Answers;

/// <summary>The refusals that services have in common. The texts are those that clients and their tests know.</summary>
public static class ProtocolRefusals
{
    /// <summary>413: the body is too large.</summary>
    public static ProtocolRefusal BodyTooLarge { get; } =
        new(413, ErrorCodes.ResourceLimitExceeded, $"The request's body is larger than {RequestBody.MaxBytes} bytes.");

    /// <summary>406: the caller takes no encoding that there is.</summary>
    public static ProtocolRefusal NoEncoding { get; } =
        new(406, ErrorCodes.InvalidParameterValue, "Expected Accept-Encoding to allow identity, gzip or zstd, got a header that rules out all of them.");

    /// <summary>503: the call could not be recorded.</summary>
    public static ProtocolRefusal NotRecorded { get; } =
        new(503, ErrorCodes.TemporarilyUnavailable, "The server cannot answer just now. Try again.") { RetryAfter = TimeSpan.FromSeconds(5) };

    /// <summary>404: there is no such share, or none for this recipient; the two look the same.</summary>
    public static ProtocolRefusal ShareNotFound(string share, string? operatorMessage = null) => NotFound("Share", share, operatorMessage);

    /// <summary>404: there is no such schema in the share.</summary>
    public static ProtocolRefusal SchemaNotFound(string share, string schema, string? operatorMessage = null) =>
        NotFound("Schema", $"{share}/{schema}", operatorMessage);

    /// <summary>404: there is no such table, schema or share, or none for this recipient. Clients know the text from the reference server, which does not say which of them.</summary>
    public static ProtocolRefusal TableNotFound(string share, string schema, string table, string? operatorMessage = null) =>
        NotFound("Share/Schema/Table", $"{share}/{schema}/{table}", operatorMessage);

    /// <summary>404: there is no such volume in the schema.</summary>
    public static ProtocolRefusal VolumeNotFound(string share, string schema, string volume, string? operatorMessage = null) =>
        NotFound("Volume", $"{share}/{schema}/{volume}", operatorMessage);

    /// <summary>404: there is no such file in the volume.</summary>
    public static ProtocolRefusal VolumeFileNotFound(string share, string schema, string volume, string path, string? operatorMessage = null) =>
        NotFound("File", $"{share}/{schema}/{volume}/{path}", operatorMessage);

    /// <summary>400: a parameter has a value that is not allowed.</summary>
    public static ProtocolRefusal Invalid(string message) => new(400, ErrorCodes.InvalidParameterValue, message);

    /// <summary>400: the table or the request needs what is not supported.</summary>
    public static ProtocolRefusal Unsupported(string message) => new(400, ErrorCodes.UnsupportedOperation, message);

    /// <summary>405: the path has other methods than the request's. See <see href="https://www.rfc-editor.org/rfc/rfc9110#name-405-method-not-allowed">RFC 9110</see>.</summary>
    internal static ProtocolRefusal MethodNotAllowed(HttpRequest request, string allowed) =>
        new(405, ErrorCodes.MethodNotAllowed, $"Expected a method that {request.Path} has ({allowed}), got {request.Method}.") { Allow = allowed };

    /// <summary>429: the recipient makes too many calls, or reads too many files.</summary>
    public static ProtocolRefusal BeyondLimits(CallPermit permit)
    {
        ArgumentNullException.ThrowIfNull(permit);
        var (message, limit) = permit.RefusedBy switch
        {
            LimitKind.ConcurrentCalls => ("Too many calls are under way already. Try again when some have ended.", "concurrent calls"),
            LimitKind.ConcurrentFiles => ("Too many files are on their way already. Try again when some have arrived.", "concurrent files"),
            _ => ("There were too many calls. Try again after the time that Retry-After names.", "calls per second"),
        };
        return new(429, ErrorCodes.TooManyRequests, message) { RetryAfter = permit.Wait, OperatorMessage = $"The recipient is beyond its limit of {limit}." };
    }

    internal static ProtocolRefusal Internal(Exception exception) =>
        new(500, ErrorCodes.InternalError, "The server failed. Its operator finds out why by the request id.")
        {
            OperatorMessage = $"{exception.GetType().Name}: {exception.Message}",
        };

    internal static ProtocolRefusal OfBadRequest(BadHttpRequestException exception) =>
        exception.StatusCode == StatusCodes.Status413PayloadTooLarge
            ? BodyTooLarge
            : new ProtocolRefusal(exception.StatusCode, ErrorCodes.MalformedRequest, "The request cannot be read.") { OperatorMessage = exception.Message };

    internal static ProtocolRefusal OfStatus(int status) =>
        new(
            status,
            status switch
            {
                401 => ErrorCodes.Unauthenticated,
                403 => ErrorCodes.PermissionDenied,
                404 => ErrorCodes.ResourceDoesNotExist,
                405 => ErrorCodes.MethodNotAllowed,
                429 => ErrorCodes.TooManyRequests,
                501 => ErrorCodes.NotImplemented,
                503 => ErrorCodes.TemporarilyUnavailable,
                >= 500 => ErrorCodes.InternalError,
                _ => ErrorCodes.MalformedRequest,
            },
            $"The request ended with status {status}."
        );

    internal static ProtocolRefusal OfAuthentication(RecipientAuthentication.Refused refused) =>
        refused.Reason switch
        {
            RefusalReason.AddressDenied => new(403, ErrorCodes.PermissionDenied, "Access is denied from here.")
            {
                OperatorMessage = "The address is not on the recipient's access list.",
            },
            RefusalReason.TooManyUnknown => new(429, ErrorCodes.TooManyRequests, "There were too many unknown bearer tokens from here. Try again later.")
            {
                RetryAfter = TimeSpan.FromSeconds(1),
                OperatorMessage = "Too many unknown bearer tokens came from this address; this one was not checked.",
            },
            RefusalReason.Unavailable => NotRecorded with { OperatorMessage = "The credential could not be checked." },
            RefusalReason.Missing => Unauthenticated("A bearer token is needed.", "Bearer realm=\"delta-sharing\"", refused.Reason),
            _ => Unauthenticated(
                "The bearer token is not valid: it is unknown, expired or revoked.",
                "Bearer realm=\"delta-sharing\", error=\"invalid_token\"",
                refused.Reason
            ),
        };

    private static ProtocolRefusal Unauthenticated(string message, string challenge, RefusalReason reason) =>
        new(401, ErrorCodes.Unauthenticated, message)
        {
            Challenge = challenge,
            OperatorMessage = reason switch
            {
                RefusalReason.Missing => "There is no bearer token.",
                RefusalReason.Malformed => "The Authorization header is not one bearer token.",
                RefusalReason.Expired => "The bearer token has expired.",
                _ => "The bearer token is unknown or revoked.",
            },
        };

    private static ProtocolRefusal NotFound(string kind, string path, string? operatorMessage) =>
        new(404, ErrorCodes.ResourceDoesNotExist, $"[{kind}] '{path}' does not exist, please contact your share provider for further information.")
        {
            OperatorMessage = operatorMessage,
        };
}
