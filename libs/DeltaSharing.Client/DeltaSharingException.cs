namespace Tideway.DeltaSharing.Client;

/// <summary>What went wrong between this client and a sharing server.</summary>
public enum DeltaSharingError
{
    /// <summary>The address is none that may be called, such as one without encryption.</summary>
    AddressRefused,

    /// <summary>No connection came about.</summary>
    Unreachable,

    /// <summary>The server did not answer, or stopped to send, for too long.</summary>
    Timeout,

    /// <summary>The answer broke off.</summary>
    ConnectionBroken,

    /// <summary>The credential cannot be used from here, such as a private key that may not be read.</summary>
    CredentialRefused,

    /// <summary>401: the credential is missing, unknown, expired or revoked.</summary>
    Unauthorized,

    /// <summary>403: the credential does not allow it.</summary>
    Forbidden,

    /// <summary>404: there is no such share, schema, table or file, or none for this recipient.</summary>
    NotFound,

    /// <summary>400 and the like: the server does not take the request as it is.</summary>
    InvalidRequest,

    /// <summary>429: too many requests.</summary>
    TooManyRequests,

    /// <summary>5xx, or a failure that the server told at the end of its answer.</summary>
    ServerFailed,

    /// <summary>The answer does not follow the protocol.</summary>
    MalformedAnswer,

    /// <summary>The answer is larger than this client takes, has too many pages, or repeats a page.</summary>
    LimitExceeded,

    /// <summary>The server redirects to another host.</summary>
    RedirectRefused,

    /// <summary>The table needs a reader that knows more than this client.</summary>
    Unsupported,

    /// <summary>The file's URL is no longer accepted: ask the server for a fresh one.</summary>
    UrlExpired,

    /// <summary>The file is not as large as the server said.</summary>
    SizeMismatch,

    /// <summary>The file is not the one whose checksum its store told, twice.</summary>
    ChecksumMismatch,

    /// <summary>The local disk failed.</summary>
    LocalStorage,
}

/// <summary>A sharing server could not be read. The message says what was expected, what came and from where; it holds no credentials and no signed URLs.</summary>
public sealed class DeltaSharingException(DeltaSharingError error, string message, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>What went wrong.</summary>
    public DeltaSharingError Error { get; } = error;

    /// <summary>The HTTP status, where there was an answer.</summary>
    public int? Status { get; init; }

    /// <summary>The <c>errorCode</c> of the answer, where it had one.</summary>
    public string? ErrorCode { get; init; }

    /// <summary>The server's <c>x-request-id</c>, by which its operator finds the exchange.</summary>
    public string? RequestId { get; init; }

    /// <summary>How long the server asks to wait.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Whether the same request may succeed later without anything being changed.</summary>
    public bool IsTransient { get; init; }
}
