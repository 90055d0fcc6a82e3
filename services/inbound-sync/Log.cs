namespace Tideway.InboundSync;

/// <summary>What inbound-sync says in the log.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Error, "Due syncs could not be looked up; it is tried again")]
    public static partial void SchedulerFailed(ILogger logger, Exception exception);

    [LoggerMessage(2, LogLevel.Information, "The run of sync {SyncId} was stopped with the process; it goes on at the next start")]
    public static partial void RunStopped(ILogger logger, Guid syncId);

    [LoggerMessage(3, LogLevel.Error, "The run of sync {SyncId} could not be recorded; it is tried again when its lease ends")]
    public static partial void RunCrashed(ILogger logger, Exception exception, Guid syncId);

    [LoggerMessage(4, LogLevel.Information, "Sync {Sync} holds remote version {Version} ({Files} files, {Bytes} bytes)")]
    public static partial void RunSucceeded(ILogger logger, string sync, long version, long files, long bytes);

    [LoggerMessage(5, LogLevel.Warning, "Sync {Sync} failed: {Reason}")]
    public static partial void RunFailed(ILogger logger, Exception exception, string sync, string reason);

    [LoggerMessage(12, LogLevel.Information, "The addresses of the files of sync {Sync} ended after {Files} files; fresh ones are asked for")]
    public static partial void AddressesExpired(ILogger logger, string sync, long files);

    [LoggerMessage(13, LogLevel.Error, "Notices that were handled long ago could not be forgotten; it is tried again")]
    public static partial void ForgettingFailed(ILogger logger, Exception exception);

    [LoggerMessage(14, LogLevel.Warning, "How fresh the local tables are could not be read")]
    public static partial void FreshnessUnknown(ILogger logger, Exception exception);

    [LoggerMessage(15, LogLevel.Information, "Files that are not kept go to {Folder}")]
    public static partial void StagedAt(ILogger logger, string folder);

    [LoggerMessage(6, LogLevel.Warning, "Sync {Sync} cannot follow the changes of {From} to {To}, the whole table is taken: {Reason}")]
    public static partial void GapDetected(ILogger logger, string sync, long from, long to, string reason);

    [LoggerMessage(7, LogLevel.Warning, "The lease of sync {SyncId} was lost to another process; this run stops")]
    public static partial void LeaseLost(ILogger logger, Guid syncId);

    [LoggerMessage(8, LogLevel.Information, "Notices of share {Share} are subscribed to at {Provider}")]
    public static partial void Subscribed(ILogger logger, string share, string provider);

    [LoggerMessage(9, LogLevel.Warning, "Notices of share {Share} cannot be subscribed to at {Provider}, its changes are looked for by timer: {Reason}")]
    public static partial void NotSubscribed(ILogger logger, string share, string provider, string reason);

    [LoggerMessage(10, LogLevel.Warning, "A notice that claims to be from {Source} was refused: {Reason}")]
    public static partial void NoticeRefused(ILogger logger, string source, string reason);

    [LoggerMessage(11, LogLevel.Warning, "The progress of sync {SyncId} could not be kept")]
    public static partial void HeartbeatFailed(ILogger logger, Exception exception, Guid syncId);
}
