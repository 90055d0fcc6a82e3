using System.Runtime.CompilerServices;
using System.Text;
using Tideway.DeltaLog.DeletionVectors;
using Tideway.DuckDb;

namespace Tideway.DeltaLog.Writing;

/// <summary>Reads positions of rows, one file after the other; only those of one file are held.</summary>
internal static class RowPositions
{
    /// <param name="connection">Runs the query.</param>
    /// <param name="sql">A SELECT of path and position, ordered by both.</param>
    /// <param name="cancellationToken">Ends the query.</param>
    public static async IAsyncEnumerable<(string Path, RowSet Rows)> ReadAsync(
        DuckDbConnection connection,
        string sql,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        // The first rows come when all are sorted.
        using var result = await Task.Run(() => connection.Query(sql, cancellationToken), cancellationToken).ConfigureAwait(false);
        var (path, rows) = (Array.Empty<byte>(), new RowSet());
        foreach (var chunk in result.Chunks(cancellationToken))
        {
            for (var row = 0; row < chunk.RowCount; row++)
            {
                if (!chunk.Column(0).Utf8(row).SequenceEqual(path))
                {
                    if (path.Length > 0)
                        yield return (Encoding.UTF8.GetString(path), rows);
                    (path, rows) = (chunk.Column(0).Utf8(row).ToArray(), new RowSet());
                }

                var position = chunk.Column(1).Values<long>()[row];
                rows.Append(position, position + 1);
            }
        }

        if (path.Length > 0)
            yield return (Encoding.UTF8.GetString(path), rows);
    }
}
