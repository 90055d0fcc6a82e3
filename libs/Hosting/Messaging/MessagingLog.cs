using Microsoft.Extensions.Logging;

namespace Tideway.Hosting.Messaging;

/// <summary>What the bus says in the log.</summary>
internal static partial class MessagingLog
{
    [LoggerMessage(100, LogLevel.Warning, "A batch of {Count} messages failed in {Queue}; each is tried alone")]
    public static partial void BatchFailed(ILogger logger, Exception exception, string queue, int count);

    [LoggerMessage(101, LogLevel.Warning, "Attempt {Attempt} at message {MessageId} failed in {Queue}; it is tried again")]
    public static partial void AttemptFailed(ILogger logger, Exception exception, string queue, Guid messageId, int attempt);

    [LoggerMessage(102, LogLevel.Error, "Message {MessageId} was parked in {Queue} after {Attempts} attempts")]
    public static partial void Parked(ILogger logger, Exception exception, string queue, Guid messageId, int attempts);

    [LoggerMessage(103, LogLevel.Warning, "The outbox of {Service} could not be sent; it is tried again in {Delay}")]
    public static partial void OutboxFailed(ILogger logger, Exception exception, string service, TimeSpan delay);

    [LoggerMessage(104, LogLevel.Information, "The bus is connected to {Host}")]
    public static partial void BusStarted(ILogger logger, string host);

    [LoggerMessage(105, LogLevel.Warning, "The bus could not be reached; it is tried again in {Delay}")]
    public static partial void BusUnreachable(ILogger logger, Exception exception, TimeSpan delay);

    [LoggerMessage(107, LogLevel.Warning, "It cannot be told how many messages of {Service} wait")]
    public static partial void BacklogUnknown(ILogger logger, Exception exception, string service);

    [LoggerMessage(106, LogLevel.Warning, "The inbox of {Service} could not be cleaned; it is tried again in an hour")]
    public static partial void InboxCleaningFailed(ILogger logger, Exception exception, string service);

    [LoggerMessage(108, LogLevel.Warning, "What had gathered in the outbox of {Service} could not be sent before the end; it is sent after the next start")]
    public static partial void NotSentBeforeTheEnd(ILogger logger, Exception exception, string service);

    [LoggerMessage(109, LogLevel.Information, "The connection to {Broker} was given up while it was being made, because the process ends")]
    public static partial void BusGivenUp(ILogger logger, Exception exception, string broker);
}
