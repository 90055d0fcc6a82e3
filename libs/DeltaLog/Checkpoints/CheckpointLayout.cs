using Tideway.DuckDb;

namespace Tideway.DeltaLog.Checkpoints;

/// <summary>
/// Which row groups of a checkpoint's files can hold which actions. Each row holds one action and all other columns are null, which the
/// files' own statistics tell.
/// </summary>
internal sealed class CheckpointLayout
{
    private readonly List<RowGroup> groups = [];

    /// <summary>Reads the footers of the files.</summary>
    /// <param name="connection">Where to read them.</param>
    /// <param name="paths">The files.</param>
    /// <param name="columns">The columns that count, each by the path to the member that is never null in its action.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static CheckpointLayout Read(
        DuckDbConnection connection,
        IReadOnlyList<string> paths,
        IEnumerable<string> columns,
        CancellationToken cancellationToken
    )
    {
        var layout = new CheckpointLayout();
        using var result = connection.Query(CheckpointSql.RowGroups(paths, columns), cancellationToken);
        RowGroup? group = null;
        foreach (var chunk in result.Chunks(cancellationToken))
        {
            var (files, names) = (chunk.Column(0), chunk.Column(3));
            var numbers = chunk.Column(1).Values<long>();
            var rows = chunk.Column(2).Values<long>();
            for (var row = 0; row < chunk.RowCount; row++)
            {
                var path = files.String(row);
                if (group is null || group.Path != path || group.Number != numbers[row])
                {
                    var from = group?.Path == path ? group.From + group.Rows : 0;
                    group = new RowGroup(path, numbers[row], from, rows[row], []);
                    layout.groups.Add(group);
                }

                if (!names.IsNull(row))
                    group.Columns.Add(names.String(row));
            }
        }

        return layout;
    }

    /// <summary>The rows that may hold the action, neighbouring row groups as one.</summary>
    public List<RowRange> RowsOf(string column)
    {
        var ranges = new List<RowRange>();
        foreach (var file in groups.GroupBy(group => group.Path))
        {
            var total = file.Sum(group => group.Rows);
            foreach (var group in file.Where(group => group.Columns.Contains(column)))
            {
                if (ranges is [.., var last] && last.Path == group.Path && last.To == group.From)
                    ranges[^1] = last with { To = group.From + group.Rows };
                else
                    ranges.Add(new RowRange(group.Path, group.From, group.From + group.Rows, false));
            }

            if (ranges is [.., { From: 0 } only] && only.Path == file.Key && only.To == total)
                ranges[^1] = only with { IsWhole = true };
        }

        return ranges;
    }

    /// <summary>How many rows the file has.</summary>
    public long Rows(string path) => groups.Where(group => group.Path == path).Sum(group => group.Rows);

    /// <summary>Whether no row has that member of an <c>add</c> action, or a part of it.</summary>
    public bool IsEmpty(string column) =>
        groups.TrueForAll(group =>
            !group.Columns.Any(name => name.StartsWith(column, StringComparison.Ordinal) && name.AsSpan(column.Length) is [] or ['.', ..])
        );

    private sealed record RowGroup(string Path, long Number, long From, long Rows, HashSet<string> Columns);
}
