namespace Tideway.Hosting.Messaging;

/// <summary>Carries messages from an outbox towards their consumers.</summary>
internal interface IEventTransport
{
    /// <summary>Completes when every message is safe with the next party: confirmed by the broker, or handled (or parked) by each consumer in this process.</summary>
    Task SendAsync(IReadOnlyList<ReceivedMessage> messages, CancellationToken cancellationToken);
}
