namespace Tideway.Contracts.RecipientAuth;

/// <summary>Somebody asked for an access token and got none.</summary>
public sealed record RecipientAccessTokenRefused
{
    /// <summary>Identity of the refusal.</summary>
    public required Guid RefusalId { get; init; }

    /// <summary>
    /// Why: <c>unknown_client</c>, <c>wrong_secret</c>, <c>secret_expired</c>, <c>recipient_expired</c> or <c>address_not_allowed</c>. The stranger was not told.
    /// </summary>
    public required string Reason { get; init; }

    /// <summary>The recipient whose client was named, where there is one.</summary>
    public Guid? RecipientId { get; init; }

    /// <summary>Its name.</summary>
    public string? RecipientName { get; init; }

    /// <summary>Address from which it was asked.</summary>
    public string? SourceIp { get; init; }

    /// <summary>What the client calls itself; not verified.</summary>
    public string? UserAgent { get; init; }

    /// <summary>When it happened, UTC.</summary>
    public required DateTimeOffset OccurredAt { get; init; }
}
