using System.Collections.Concurrent;
using Tideway.Hosting.Messaging;

namespace Tideway.RecipientAuth.Tests.Hosts;

/// <summary>Every event that left the outbox.</summary>
internal sealed class PublishedEvents
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ConcurrentQueue<object> events = new();

    public IReadOnlyCollection<object> All => events;

    public void Add(object published) => events.Enqueue(published);

    public async Task<T> WaitForAsync<T>(Func<T, bool> matches)
    {
        using var timeout = new CancellationTokenSource(Patience);
        while (true)
        {
            if (events.OfType<T>().FirstOrDefault(matches) is { } found)
                return found;
            await Task.Delay(10, timeout.Token);
        }
    }
}

internal sealed class RecordEvents<TEvent>(PublishedEvents published) : IBroadcastConsumer<TEvent>
    where TEvent : class
{
    public ValueTask HearAsync(TEvent message, CancellationToken cancellationToken)
    {
        published.Add(message);
        return ValueTask.CompletedTask;
    }
}
