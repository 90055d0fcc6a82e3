namespace Tideway.Audit;

/// <summary>What the audit service logs.</summary>
internal static partial class Log
{
    [LoggerMessage(
        500,
        LogLevel.Error,
        "The guard of {Table} that refuses changes was gone although it holds {Count} records; it is back, the chain should be verified"
    )]
    public static partial void GuardWasMissing(ILogger logger, string table, long count);

    [LoggerMessage(501, LogLevel.Error, "The audit chain is broken at record {Sequence}: {Reason}")]
    public static partial void ChainBroken(ILogger logger, long sequence, string reason);

    [LoggerMessage(502, LogLevel.Warning, "The health figures could not be brought up to date; they are tried again")]
    public static partial void HealthNotRefreshed(ILogger logger, Exception exception);
}
