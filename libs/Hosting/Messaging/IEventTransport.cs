namespace Tideway.Hosting.Messaging;

/// <summary>Carries messages from an outbox towards their consumers.</summary>
internal interface IEventTransport
{
    /// <summary>Completes once messages can be sent at all, so that nothing is held in a database while there is no way to send it.</summary>
    Task WaitUntilReadyAsync(CancellationToken cancellationToken);

    /// <summary>Completes when every message is safe with the next party: confirmed by the broker, or handled (or parked) by each consumer in this process.</summary>
    Task SendAsync(IReadOnlyList<ReceivedMessage> messages, CancellationToken cancellationToken);
}
