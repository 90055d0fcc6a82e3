using System.Collections.Concurrent;
using Tideway.Hosting.Messaging;

namespace Tideway.Hosting.Tests.Messaging;

/// <summary>Writes the note down and then does as it is told. The text is the note's identity.</summary>
internal sealed class WriteNoteConsumer(NoteTrouble trouble) : IEventConsumer<NoteWritten>
{
    public async Task ConsumeAsync(NoteWritten message, EventContext context, CancellationToken cancellationToken)
    {
        await context.Transaction.ExecuteAsync(
            "INSERT INTO note (consumer, text, message_id) VALUES (@consumer, @text, @id)",
            new
            {
                consumer = message.Comment ?? "",
                text = message.Text,
                id = context.MessageId,
            },
            cancellationToken
        );
        trouble.Attempts.AddOrUpdate(message.Text, 1, (_, before) => before + 1);
        if (trouble.With.ContainsKey(message.Text))
            throw new InvalidOperationException($"There is trouble with {message.Text}");
    }
}

/// <summary>The notes that cannot be written just now, and how often each was tried.</summary>
internal sealed class NoteTrouble
{
    public ConcurrentDictionary<string, bool> With { get; } = new(StringComparer.Ordinal);

    public ConcurrentDictionary<string, int> Attempts { get; } = new(StringComparer.Ordinal);
}
