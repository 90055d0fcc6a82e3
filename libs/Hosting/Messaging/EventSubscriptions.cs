namespace Tideway.Hosting.Messaging;

/// <summary>Every consumer of the organisation, checked against those of this process.</summary>
internal sealed class EventSubscriptions
{
    public EventSubscriptions(IEnumerable<EventSubscription> all, IEnumerable<ConsumerRegistration> here)
    {
        All = [.. all];
        var known = All.ToHashSet();
        var unknown = here.Where(r => !r.IsBroadcast && !known.Contains(new EventSubscription(r.Queue, r.EventType)))
            .Select(r => $"{r.Queue} of {r.EventType.Name}")
            .ToList();
        if (unknown.Count > 0)
            throw new InvalidOperationException(
                $"These consumers are missing from the organisation's list of subscriptions, so their events could be lost: {string.Join(", ", unknown)}."
            );
    }

    public IReadOnlyList<EventSubscription> All { get; }
}
