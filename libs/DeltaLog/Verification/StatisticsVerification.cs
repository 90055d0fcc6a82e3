using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Reading;
using Tideway.DeltaLog.Snapshots;
using Tideway.DuckDb;

namespace Tideway.DeltaLog.Verification;

/// <summary>
/// Whether the rows of data files are within what their statistics say. Bounds may be wider than the rows: strings are cut, and deleted rows count.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#per-file-statistics">Per-file Statistics</see>.
/// </summary>
internal static class StatisticsVerification
{
    public static async Task<List<VerificationProblem>> FindAsync(
        TableReader reader,
        Snapshot snapshot,
        IReadOnlyList<AddFile> files,
        CancellationToken cancellationToken
    )
    {
        var scan = await reader.ScanSqlAsync(snapshot, new ScanOptions { Files = files, WithPositions = true }, cancellationToken).ConfigureAwait(false);
        var placed = files.Select(file => (file, reader.LocalPath(file.Path)));
        return await Task.Run(() => Find(StatisticsCheckSql.Select(scan, snapshot, placed), snapshot, cancellationToken), cancellationToken)
            .ConfigureAwait(false);
    }

    private static List<VerificationProblem> Find(string sql, Snapshot snapshot, CancellationToken cancellationToken)
    {
        using var database = DuckDbDatabase.Open();
        using var connection = database.Connect();
        TableReader.UseUtc(connection);
        var problems = new List<VerificationProblem>();
        try
        {
            using var result = connection.Query(sql, cancellationToken);
            foreach (var row in result.Rows(cancellationToken))
                problems.Add(new VerificationProblem(VerificationCheck.Statistics, (string)row[1]!, (string)row[0]!));
        }
        catch (DuckDbException exception)
        {
            problems.Add(new VerificationProblem(VerificationCheck.Files, $"Data files of '{snapshot.TableRoot}' cannot be read: {exception.Message}"));
        }

        return problems;
    }
}
