using Tideway.Audit.Forms;
using Tideway.Hosting.Messaging;

namespace Tideway.Audit.Records;

/// <summary>Puts one kind of event on record. Idempotent by the event's own id or, where it has none, the message's.</summary>
internal sealed class RecordConsumer<TEvent>(AuditForm<TEvent> form, RecordAppender appender) : IEventConsumer<TEvent>
    where TEvent : class
{
    public Task ConsumeAsync(TEvent message, EventContext context, CancellationToken cancellationToken) =>
        appender.AppendAsync(form.Entry(message), context.MessageId, context.Transaction, cancellationToken);
}
