namespace Tideway.CdfPublisher;

/// <summary>What cdf-publisher says in the log.</summary>
internal static partial class Log
{
    [LoggerMessage(700, LogLevel.Debug, "Table {Location} was announced from {FromVersion} (exclusive) to {ToVersion}")]
    public static partial void TableMovedOn(ILogger logger, string location, long? fromVersion, long toVersion);

    [LoggerMessage(
        701,
        LogLevel.Warning,
        "Table {Location} is another one than before: after version {OldVersion}, announcements start over with version {NewVersion}"
    )]
    public static partial void TableStartsOver(ILogger logger, string location, long oldVersion, long newVersion);

    [LoggerMessage(702, LogLevel.Warning, "Table {Location} cannot be read; it is tried again")]
    public static partial void TableUnreadable(ILogger logger, Exception exception, string location);

    [LoggerMessage(703, LogLevel.Information, "Table {Location} can be read again")]
    public static partial void TableReadableAgain(ILogger logger, string location);

    [LoggerMessage(704, LogLevel.Error, "The look at table {Location} failed; it is tried again")]
    public static partial void LookFailed(ILogger logger, Exception exception, string location);

    [LoggerMessage(705, LogLevel.Warning, "The list of tables to watch could not be renewed; it is tried again")]
    public static partial void LeasesNotRenewed(ILogger logger, Exception exception);

    [LoggerMessage(706, LogLevel.Warning, "The watch of the tables could not be handed over; others take it once it has run out")]
    public static partial void LeasesNotReleased(ILogger logger, Exception exception);

    [LoggerMessage(710, LogLevel.Error, "Due notices could not be looked for; it is tried again")]
    public static partial void DeliveryLoopFailed(ILogger logger, Exception exception);

    [LoggerMessage(711, LogLevel.Error, "Notices to subscription {SubscriptionId} could not be handled here; they are tried again")]
    public static partial void DeliveryFailedHere(ILogger logger, Exception exception, Guid subscriptionId);

    [LoggerMessage(
        712,
        LogLevel.Warning,
        "Notice {DeliveryId} to subscription {SubscriptionId} of {RecipientName} was not accepted at attempt {Attempt}: {Reason}"
    )]
    public static partial void NoticeNotAccepted(ILogger logger, Guid deliveryId, Guid subscriptionId, string recipientName, int attempt, string reason);

    [LoggerMessage(713, LogLevel.Warning, "The endpoint of subscription {SubscriptionId} of {RecipientName} asked for no more notices")]
    public static partial void SubscriptionDisabled(ILogger logger, Guid subscriptionId, string recipientName);
}
