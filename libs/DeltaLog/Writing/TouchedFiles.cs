using Tideway.DuckDb;

namespace Tideway.DeltaLog.Writing;

/// <summary>Reads which files, and which of their rows, an operation changes.</summary>
internal static class TouchedFiles
{
    /// <summary>Files with a number of rows each.</summary>
    public static Task<Dictionary<string, long>> CountAsync(DuckDbConnection connection, string sql, CancellationToken cancellationToken) =>
        Task.Run(
            () =>
            {
                using var result = connection.Query(sql, cancellationToken);
                return result.Rows(cancellationToken).ToDictionary(row => (string)row[0]!, row => (long)row[1]!, StringComparer.Ordinal);
            },
            cancellationToken
        );

    /// <summary>Files with the number of their rows, and of those that are changed.</summary>
    public static Task<Dictionary<string, (long Rows, long Matching)>> FindAsync(
        DuckDbConnection connection,
        string sql,
        CancellationToken cancellationToken
    ) =>
        Task.Run(
            () =>
            {
                using var result = connection.Query(sql, cancellationToken);
                return result.Rows(cancellationToken).ToDictionary(row => (string)row[0]!, row => ((long)row[1]!, (long)row[2]!), StringComparer.Ordinal);
            },
            cancellationToken
        );
}
