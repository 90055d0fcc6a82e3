namespace Tideway.DeltaSharing.Protocol;

/// <summary>The values of <c>errorCode</c> that clients of the protocol know. The protocol itself names none.</summary>
public static class ErrorCodes
{
    /// <summary>400: the body or a header cannot be read.</summary>
    public const string MalformedRequest = "MALFORMED_REQUEST";

    /// <summary>400: a parameter has a value that is not allowed.</summary>
    public const string InvalidParameterValue = "INVALID_PARAMETER_VALUE";

    /// <summary>400: the table or the request needs something that is not supported.</summary>
    public const string UnsupportedOperation = "UNSUPPORTED_OPERATION";

    /// <summary>400: the request asks for more than there may be at once.</summary>
    public const string ResourceLimitExceeded = "RESOURCE_LIMIT_EXCEEDED";

    /// <summary>401: there is no credential, or none that counts.</summary>
    public const string Unauthenticated = "UNAUTHENTICATED";

    /// <summary>403: the credential counts, but not for this.</summary>
    public const string PermissionDenied = "PERMISSION_DENIED";

    /// <summary>404: there is no such share, schema or table, or none for this recipient.</summary>
    public const string ResourceDoesNotExist = "RESOURCE_DOES_NOT_EXIST";

    /// <summary>405: the path has other methods than the one it was asked by; the header <c>Allow</c> names them.</summary>
    public const string MethodNotAllowed = "METHOD_NOT_ALLOWED";

    /// <summary>429: too many requests.</summary>
    public const string TooManyRequests = "TOO_MANY_REQUESTS";

    /// <summary>500: the server failed.</summary>
    public const string InternalError = "INTERNAL_ERROR";

    /// <summary>501: the server does not have this call.</summary>
    public const string NotImplemented = "NOT_IMPLEMENTED";

    /// <summary>503: the server cannot answer just now.</summary>
    public const string TemporarilyUnavailable = "TEMPORARILY_UNAVAILABLE";
}
