using System.Collections.Concurrent;
using Tideway.Contracts.ShareRegistry;
using Tideway.Hosting.Messaging;
using Tideway.Testing;

namespace Tideway.ShareRegistry.Tests.Hosts;

/// <summary>Every event that left the outbox, in its order; of a group of accesses each one.</summary>
internal sealed class PublishedEvents
{
    private readonly ConcurrentQueue<object> events = new();

    public void Add(object published)
    {
        if (published is not SharesAccessed group)
        {
            events.Enqueue(published);
            return;
        }

        foreach (var access in group.Accesses)
            events.Enqueue(access);
    }

    public IReadOnlyList<T> Of<T>() => [.. events.OfType<T>()];

    public async Task<T> WaitForAsync<T>(Func<T, bool> matches)
        where T : class =>
        (await Eventually.Async(() => Task.FromResult(Of<T>().FirstOrDefault(matches)), found => found is not null, because: typeof(T).Name))!;
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
