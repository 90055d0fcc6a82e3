using Tideway.Hosting.Database;

namespace Tideway.Hosting.Messaging;

/// <summary>
/// Takes in one kind of event. Delivery is at least once and the inbox makes handling once: what is written through
/// <see cref="EventContext.Transaction"/> commits together with the note that the message was handled. Throw to have it tried again.
/// </summary>
public interface IEventConsumer<in TEvent>
    where TEvent : class
{
    /// <summary>Handles <paramref name="message"/> within the transaction of <paramref name="context"/>, which the caller commits.</summary>
    Task ConsumeAsync(TEvent message, EventContext context, CancellationToken cancellationToken);
}

/// <summary>
/// Hears of one kind of event in every replica of a service, for what each keeps in memory. Nothing is remembered: a replica that is down
/// misses the event, so what is kept must also age.
/// </summary>
public interface IBroadcastConsumer<in TEvent>
    where TEvent : class
{
    /// <summary>Hears of <paramref name="message"/>; must be quick and must not fail.</summary>
    ValueTask HearAsync(TEvent message, CancellationToken cancellationToken);
}

/// <summary>What a consumer knows besides the event.</summary>
/// <param name="MessageId">Identity of the message, the same at every delivery.</param>
/// <param name="SentAt">When it was put into the outbox of its publisher.</param>
/// <param name="Transaction">Where effects and further events go.</param>
public sealed record EventContext(Guid MessageId, DateTimeOffset SentAt, ServiceTransaction Transaction);
