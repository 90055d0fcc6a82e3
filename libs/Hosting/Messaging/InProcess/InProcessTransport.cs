namespace Tideway.Hosting.Messaging.InProcess;

/// <summary>
/// Hands messages straight to the consumers of this process. The outbox keeps a message until all of them are done, so the end of the process
/// at any point loses nothing; the inbox keeps those that were done already from doing it twice.
/// </summary>
internal sealed class InProcessTransport(IEnumerable<ConsumerRegistration> registrations, ConsumerPipeline pipeline) : IEventTransport, IBusStatus
{
    private readonly ILookup<string, ConsumerRegistration> consumers = registrations.ToLookup(r => EventType.NameOf(r.EventType), StringComparer.Ordinal);

    public bool IsReceiving => true;

    public Task WaitUntilReadyAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task SendAsync(IReadOnlyList<ReceivedMessage> messages, CancellationToken cancellationToken)
    {
        var byConsumer = new Dictionary<ConsumerRegistration, List<ReceivedMessage>>();
        foreach (var message in messages)
        {
            foreach (var consumer in consumers[message.Type])
            {
                if (!byConsumer.TryGetValue(consumer, out var batch))
                    byConsumer.Add(consumer, batch = []);
                batch.Add(message);
            }
        }

        return Task.WhenAll(byConsumer.Select(pair => pipeline.ConsumeAsync(pair.Key, pair.Value, cancellationToken)));
    }
}
