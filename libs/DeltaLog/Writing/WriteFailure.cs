using Tideway.DeltaLog.Reading;
using Tideway.DeltaLog.Snapshots;
using Tideway.DuckDb;

namespace Tideway.DeltaLog.Writing;

/// <summary>Says what a failure of DuckDB means for a table.</summary>
internal static class WriteFailure
{
    /// <summary>The failure to report: about the rows, about a data file that is gone, or DuckDB's own.</summary>
    public static Exception Translate(DuckDbException exception, DeltaTable table, Snapshot? snapshot)
    {
        var root = table.Store.Root;
        if (
            exception.Error
            is DuckDbError.Conversion
                or DuckDbError.OutOfRange
                or DuckDbError.InvalidInput
                or DuckDbError.Constraint
                or DuckDbError.MismatchType
        )
            return new DeltaLogException(DeltaLogError.InvalidData, $"The rows do not fit the table '{root}': {exception.Message}", exception)
            {
                TableRoot = root,
            };
        if (exception.Error == DuckDbError.Io && snapshot is not null && new TableReader(table.Store).MissingFiles(snapshot).FirstOrDefault() is { } missing)
        {
            return new DeltaLogException(
                DeltaLogError.DataFileMissing,
                $"Expected the file '{missing.Path}' of version {snapshot.Version} of '{root}', found none.",
                exception
            )
            {
                TableRoot = root,
                Version = snapshot.Version,
                File = missing.Path,
            };
        }

        return exception;
    }
}
