using System.Diagnostics;
using System.Text.Json;

namespace Tideway.Hosting.Messaging;

/// <summary>An event on its way from its publisher's database to the bus.</summary>
internal sealed record OutboxMessage
{
    public long Sequence { get; init; }

    public required Guid MessageId { get; init; }

    /// <summary>Full name and assembly of the event's type.</summary>
    public required string Type { get; init; }

    /// <summary>The event as JSON.</summary>
    public required string Body { get; init; }

    /// <summary>W3C trace context of the state change.</summary>
    public string? TraceParent { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public static OutboxMessage Of<T>(T message, TimeProvider time)
        where T : class =>
        new()
        {
            MessageId = Guid.CreateVersion7(),
            Type = EventType.NameOf(message.GetType()),
            Body = JsonSerializer.Serialize(message, message.GetType(), EventJson.Options),
            TraceParent = Activity.Current?.Id,
            CreatedAt = time.GetUtcNow(),
        };

    public static OutboxMessage Of(ReceivedMessage message) =>
        new()
        {
            MessageId = message.MessageId,
            Type = message.Type,
            Body = JsonSerializer.Serialize(message.Event, message.Event.GetType(), EventJson.Options),
            TraceParent = message.TraceParent,
            CreatedAt = message.SentAt,
        };

    public ReceivedMessage Open() => new(MessageId, JsonSerializer.Deserialize(Body, EventType.Find(Type), EventJson.Options)!, Type, CreatedAt, TraceParent);
}

/// <summary>An event as it reaches a consumer.</summary>
internal sealed record ReceivedMessage(Guid MessageId, object Event, string Type, DateTimeOffset SentAt, string? TraceParent);
