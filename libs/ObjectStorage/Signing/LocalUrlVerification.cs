namespace Tideway.ObjectStorage.Signing;

/// <summary>What came of checking a signed URL.</summary>
public abstract record LocalUrlVerification
{
    private LocalUrlVerification() { }

    /// <summary>The URL is ours and still good.</summary>
    /// <param name="RootName">The storage root.</param>
    /// <param name="Path">The object's path below the root, decoded; it is a valid key.</param>
    /// <param name="RequestId">The exchange the URL was signed for.</param>
    /// <param name="ExpiresAt">From when on it is refused.</param>
    /// <param name="Context">What was signed with it, where something was.</param>
    public sealed record Valid(string RootName, string Path, string RequestId, DateTimeOffset ExpiresAt, string? Context) : LocalUrlVerification;

    /// <summary>The URL was ours, but its time is over.</summary>
    /// <param name="RootName">The storage root.</param>
    /// <param name="Path">The object's path below the root, decoded.</param>
    /// <param name="RequestId">The exchange the URL was signed for.</param>
    /// <param name="ExpiredAt">Since when it is refused.</param>
    /// <param name="Context">What was signed with it, where something was.</param>
    public sealed record Expired(string RootName, string Path, string RequestId, DateTimeOffset ExpiredAt, string? Context) : LocalUrlVerification;

    /// <summary>The URL was not signed by us as it stands.</summary>
    public sealed record BadSignature : LocalUrlVerification;

    /// <summary>The URL is not of the form that we sign.</summary>
    /// <param name="Reason">What is wrong with it, for the operator.</param>
    public sealed record Malformed(string Reason) : LocalUrlVerification;
}
