using System.Collections.Concurrent;
using System.Collections.Immutable;
using Tideway.DeltaLog.FileSets;
using Tideway.DuckDb;

namespace Tideway.DeltaLog.Checkpoints;

/// <summary>
/// Reads the files that a checkpoint lists straight into segments: each thread of DuckDB copies what it has read into segments of its own, so that neither
/// the order of rows nor the database's settings matter.
/// </summary>
internal static class CheckpointFileScan
{
    // Null rows cost little; numbers for all rows cost more.
    private const double MinShareToSkip = 0.5;

    public static List<FileSegment> Read(
        DuckDbConnection connection,
        CheckpointLayout layout,
        ImmutableArray<DuckDbField> columns,
        CancellationToken cancellationToken
    )
    {
        var builders = new ConcurrentBag<AddColumns>();
        var ranges = layout.RowsOf(CheckpointSql.Column("add"));
        var whole = ranges
            .GroupBy(range => range.Path)
            .Where(file => file.Sum(range => range.Count) >= layout.Rows(file.Key) * MinShareToSkip)
            .Select(file => file.Key)
            .ToHashSet(StringComparer.Ordinal);
        if (whole.Count > 0)
            ReadRows([.. whole], null);
        // A file may have several ranges; each is read.
        foreach (var range in ranges.Where(range => !whole.Contains(range.Path)))
            ReadRows([range.Path], range);
        return [.. builders.SelectMany(builder => builder.Build())];

        void ReadRows(IReadOnlyList<string> paths, RowRange? range)
        {
            if (CheckpointSql.SelectAdds(paths, range, columns, layout.IsEmpty) is not var (sql, names))
                return;
            var idle = new ConcurrentBag<AddColumns>();
            connection.Consume(
                sql,
                chunk =>
                {
                    if (!idle.TryTake(out var builder))
                        builders.Add(builder = new AddColumns(names));
                    builder.Append(chunk);
                    idle.Add(builder);
                },
                cancellationToken
            );
        }
    }
}
