using Tideway.Hosting.Database;

namespace Tideway.Hosting.Messaging;

/// <summary>Statements on messages that a consumer could not handle.</summary>
internal static class ParkedMessageSql
{
    public const string Columns =
        "parked_id AS ParkedId, message_id AS MessageId, consumer, type, body, trace_parent AS TraceParent, reason, attempts, created_at AS CreatedAt, parked_at AS ParkedAt";

    public const string Page = $"SELECT {Columns} FROM parked_message WHERE parked_id > @after ORDER BY parked_id LIMIT @limit";

    public const string Find = $"SELECT {Columns} FROM parked_message WHERE parked_id = @id";

    public const string Delete = "DELETE FROM parked_message WHERE parked_id = @id";

    public const string NoteFailure = "UPDATE parked_message SET reason = @reason, attempts = attempts + 1, parked_at = @now WHERE parked_id = @id";

    public const string Count = "SELECT COUNT(*) FROM parked_message";

    private const string Insert =
        "INSERT INTO parked_message (parked_id, message_id, consumer, type, body, trace_parent, reason, attempts, created_at, parked_at) "
        + "VALUES (@parkedId, @messageId, @consumer, @type, @body, @traceParent, @reason, @attempts, @createdAt, @parkedAt) ON CONFLICT (message_id, consumer) DO UPDATE SET "
        + "reason = excluded.reason, attempts = parked_message.attempts + excluded.attempts, parked_at = excluded.parked_at";

    public static Task InsertAsync(
        ServiceTransaction transaction,
        string consumer,
        ReceivedMessage message,
        Exception exception,
        int attempts,
        DateTimeOffset now,
        CancellationToken cancellationToken
    ) => InsertAsync(transaction, consumer, OutboxMessage.Of(message), exception, attempts, now, cancellationToken);

    public static Task InsertAsync(
        ServiceTransaction transaction,
        string consumer,
        OutboxMessage message,
        Exception exception,
        int attempts,
        DateTimeOffset now,
        CancellationToken cancellationToken
    ) =>
        transaction.ExecuteAsync(
            Insert,
            new
            {
                parkedId = Guid.CreateVersion7(),
                messageId = message.MessageId,
                consumer,
                type = message.Type,
                body = message.Body,
                traceParent = message.TraceParent,
                reason = ReasonOf(exception),
                attempts,
                createdAt = message.CreatedAt,
                parkedAt = now,
            },
            cancellationToken
        );

    /// <summary>Why, as it can be kept: an exception may quote what a stranger sent.</summary>
    public static string ReasonOf(Exception exception) => DatabaseText.Clean($"{exception.GetType().Name}: {exception.Message}");
}

/// <summary>A message that a consumer could not handle, kept until it is replayed or dropped.</summary>
internal sealed record ParkedMessage
{
    public required Guid ParkedId { get; init; }

    public required Guid MessageId { get; init; }

    public required string Consumer { get; init; }

    public required string Type { get; init; }

    public required string Body { get; init; }

    public string? TraceParent { get; init; }

    public required string Reason { get; init; }

    public required int Attempts { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset ParkedAt { get; init; }

    public OutboxMessage ToOutbox() =>
        new()
        {
            MessageId = MessageId,
            Type = Type,
            Body = Body,
            TraceParent = TraceParent,
            CreatedAt = CreatedAt,
        };
}
