namespace Tideway.Hosting.Messaging;

/// <summary>How often a consumer tries before a message is parked.</summary>
public sealed class ConsumerPolicy
{
    /// <summary>Five attempts over about twelve seconds.</summary>
    public static ConsumerPolicy Default { get; } = new();

    /// <summary>Waits between attempts; each is lengthened at random by up to a half. One attempt more than there are waits.</summary>
    public IReadOnlyList<TimeSpan> RetryDelays { get; init; } =
    [TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(6)];

    /// <summary>Failures that no retry mends: the message is parked at once.</summary>
    public Func<Exception, bool> IsPermanent { get; init; } = static _ => false;
}
