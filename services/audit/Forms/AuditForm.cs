using Tideway.Audit.Records;
using Tideway.Audit.Storage;
using Tideway.Hosting.Startup;

namespace Tideway.Audit.Forms;

/// <summary>How one kind of event is recorded.</summary>
/// <param name="Name">Name of its consumer, for example <c>record-share-granted</c>.</param>
internal abstract record AuditForm(string Name)
{
    public abstract Type EventType { get; }

    /// <summary>Adds the consumer that records by this form.</summary>
    public abstract void AddConsumer(WebApplicationBuilder builder);

    /// <summary>The record of an event of <see cref="EventType"/>.</summary>
    public abstract AuditEntry EntryOf(object message);
}

/// <inheritdoc />
internal sealed record AuditForm<TEvent>(string Name, Func<TEvent, AuditEntry> Entry) : AuditForm(Name)
    where TEvent : class
{
    public override Type EventType => typeof(TEvent);

    public override void AddConsumer(WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton(this);
        builder.AddConsumer<AuditDatabase, RecordConsumer<TEvent>, TEvent>(AuditStartup.Name, Name);
    }

    public override AuditEntry EntryOf(object message) => Entry((TEvent)message);
}
