namespace Tideway.DeltaSharing.Server.Authentication;

/// <summary>Why a caller is not let in.</summary>
public enum RefusalReason
{
    /// <summary>There is no bearer token.</summary>
    Missing,

    /// <summary>The Authorization header is not one bearer token.</summary>
    Malformed,

    /// <summary>Nobody's token, or one that was revoked.</summary>
    Unknown,

    /// <summary>The token's time is over.</summary>
    Expired,

    /// <summary>The token counts, but not from this address.</summary>
    AddressDenied,

    /// <summary>Too many unknown tokens came from the address; this one was not checked.</summary>
    TooManyUnknown,

    /// <summary>The token cannot be checked just now.</summary>
    Unavailable,
}

/// <summary>What came of authenticating the caller.</summary>
public abstract record RecipientAuthentication
{
    private RecipientAuthentication() { }

    /// <summary>First 12 hex digits of the SHA-256 of the token presented, where there was one.</summary>
    public string? Fingerprint { get; init; }

    /// <summary>The caller is known and may go on.</summary>
    /// <param name="Recipient">Who it is.</param>
    public sealed record Granted(Recipient Recipient) : RecipientAuthentication;

    /// <summary>The caller may not go on.</summary>
    /// <param name="Reason">Why, for the access record; the caller is told less.</param>
    /// <param name="Known">Who it is, where that is known all the same.</param>
    public sealed record Refused(RefusalReason Reason, Recipient? Known = null) : RecipientAuthentication;
}
