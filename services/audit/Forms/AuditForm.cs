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

    /// <summary>The records of an event of <see cref="EventType"/>: one, or one for each of what it tells of.</summary>
    public abstract IReadOnlyList<AuditEntry> EntriesOf(object message);
}

/// <inheritdoc />
internal sealed record AuditForm<TEvent>(string Name, Func<TEvent, IReadOnlyList<AuditEntry>> Entries) : AuditForm(Name)
    where TEvent : class
{
    /// <summary>A form of events that tell of one thing.</summary>
    public AuditForm(string name, Func<TEvent, AuditEntry> entry)
        : this(name, message => [entry(message)]) { }

    public override Type EventType => typeof(TEvent);

    public override void AddConsumer(WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton(this);
        builder.AddConsumer<AuditDatabase, RecordConsumer<TEvent>, TEvent>(AuditStartup.Name, Name);
    }

    public override IReadOnlyList<AuditEntry> EntriesOf(object message) => Entries((TEvent)message);
}
