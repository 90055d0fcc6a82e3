namespace Tideway.CdfPublisher.Deliveries;

/// <summary>What an attempt to send a notice came to.</summary>
internal abstract record SendOutcome
{
    private SendOutcome() { }

    /// <summary>The endpoint accepted it.</summary>
    public sealed record Delivered(int Status) : SendOutcome;

    /// <summary>The endpoint asked never to be called again (410).</summary>
    public sealed record Gone : SendOutcome;

    /// <summary>Anything else.</summary>
    /// <param name="Status">The answer's status, if there was an answer.</param>
    /// <param name="Reason">For the operator.</param>
    /// <param name="RetryAfter">How long the endpoint wants to be left alone.</param>
    public sealed record Failed(int? Status, string Reason, TimeSpan? RetryAfter) : SendOutcome;
}
