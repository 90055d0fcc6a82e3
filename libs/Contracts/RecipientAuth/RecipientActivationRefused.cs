namespace Tideway.Contracts.RecipientAuth;

/// <summary>Somebody opened an activation link and got nothing.</summary>
public sealed record RecipientActivationRefused
{
    /// <summary>Identity of the refusal.</summary>
    public required Guid RefusalId { get; init; }

    /// <summary>What was asked for: <c>retrieveRecipientToken</c> for the credential, <c>getActivationUrlInfo</c> for whether the link can be used.</summary>
    public required string Action { get; init; }

    /// <summary>Why: <c>unknown</c>, <c>used</c>, <c>link_expired</c>, <c>recipient_expired</c> or <c>address_not_allowed</c>. The stranger was not told.</summary>
    public required string Reason { get; init; }

    /// <summary>The recipient that the link was made for, where it is known.</summary>
    public Guid? RecipientId { get; init; }

    /// <summary>Its name.</summary>
    public string? RecipientName { get; init; }

    /// <summary>Address from which the link was opened.</summary>
    public string? SourceIp { get; init; }

    /// <summary>What the client calls itself; not verified.</summary>
    public string? UserAgent { get; init; }

    /// <summary>When it happened, UTC.</summary>
    public required DateTimeOffset OccurredAt { get; init; }
}
