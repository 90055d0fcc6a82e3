using Tideway.Audit.Forms;
using Tideway.Hosting.Messaging;

namespace Tideway.Audit.Records;

/// <summary>Puts one kind of event on record. Idempotent by the own id of what it tells of or, where there is none, the message's.</summary>
internal sealed class RecordConsumer<TEvent>(AuditForm<TEvent> form, RecordAppender appender) : IEventConsumer<TEvent>
    where TEvent : class
{
    public Task ConsumeAsync(TEvent message, EventContext context, CancellationToken cancellationToken) =>
        appender.AppendAsync(form.Entries(message), context.MessageId, context.Transaction, cancellationToken);
}
