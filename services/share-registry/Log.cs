namespace Tideway.ShareRegistry;

/// <summary>Everything the service logs. Never a token or a signed address.</summary>
internal static partial class Log
{
    [LoggerMessage(2000, LogLevel.Warning, "The data file {Path} of the storage root {Root} was asked for by a good address and is not there")]
    public static partial void DataFileGone(this ILogger logger, string root, string path);

    [LoggerMessage(2001, LogLevel.Error, "A read of a file could not be recorded and was refused")]
    public static partial void AccessNotRecorded(this ILogger logger, Exception exception);

    [LoggerMessage(2002, LogLevel.Warning, "Table {Table} cannot be served")]
    public static partial void TableCannotBeServed(this ILogger logger, Exception exception, string table);

    [LoggerMessage(2005, LogLevel.Warning, "Volume {Volume} cannot be served")]
    public static partial void VolumeCannotBeServed(this ILogger logger, Exception exception, string volume);

    [LoggerMessage(2003, LogLevel.Warning, "An asynchronous query failed while nobody waited for it")]
    public static partial void AsyncQueryFailed(this ILogger logger, Exception exception);
}
