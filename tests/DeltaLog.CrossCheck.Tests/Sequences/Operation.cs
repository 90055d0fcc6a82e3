using Tideway.DeltaLog.Writing;
using Tideway.DuckDb;

namespace Tideway.DeltaLog.CrossCheck.Tests.Sequences;

/// <summary>One step of a sequence: what it does to the table, and to the model.</summary>
/// <param name="Name">What it is, for a failure's message.</param>
/// <param name="Write">Does it, as one commit that carries the given options.</param>
/// <param name="Apply">Lets the model know.</param>
internal sealed record Operation(string Name, Func<DeltaTableWriter, DuckDbConnection, WriteOptions, Task> Write, Action<TableModel> Apply)
{
    /// <summary>The next operation, as chance and what the model holds want it.</summary>
    public static Operation Draw(Random random, TableModel model) =>
        random.Next(10) switch
        {
            0 or 1 or 2 => Append(RowSource.Draw(random, model, random.Next(1, 30)), [.. model.Columns]),
            3 => Overwrite(RowSource.Draw(random, model, random.Next(0, 12)), [.. model.Columns]),
            4 or 5 => Delete(RowCondition.Draw(random)),
            6 or 7 => Update(RowCondition.Draw(random), random),
            _ => Merge(RowSource.Draw(random, model, random.Next(1, 15)), [.. model.Columns], random.Next(2) == 0),
        };

    private static Operation Append(IReadOnlyList<ModelRow> rows, IReadOnlyList<ModelColumn> columns) =>
        new(
            $"append {rows.Count}",
            (writer, connection, options) => writer.AppendAsync(connection, RowSource.Sql(rows, columns), options),
            model => model.Commit([.. model.Rows, .. rows], rows.Select(row => (row, "insert")))
        );

    private static Operation Overwrite(IReadOnlyList<ModelRow> rows, IReadOnlyList<ModelColumn> columns) =>
        new(
            $"overwrite {rows.Count}",
            (writer, connection, options) => writer.OverwriteAsync(connection, RowSource.Sql(rows, columns), options),
            model => model.Commit(rows, model.Rows.Select(row => (row, "delete")).Concat(rows.Select(row => (row, "insert"))))
        );

    private static Operation Delete(RowCondition where) =>
        new(
            $"delete {where.Sql}",
            (writer, connection, options) => writer.DeleteAsync(connection, where.Sql, options),
            model => model.Commit([.. model.Rows.Where(row => !where.Holds(row))], model.Rows.Where(where.Holds).Select(row => (row, "delete")))
        );

    private static Operation Update(RowCondition where, Random random)
    {
        var step = random.Next(1, 1000);
        var moved = random.Next(2) == 0 ? RowSource.Part(random) : null;
        var assignments = new Dictionary<string, string> { ["n"] = $"n + {step}", ["t"] = "coalesce(t, '') || '!'" };
        if (moved is not null)
            assignments["p"] = SqlText.Literal(moved);
        return new(
            $"update {where.Sql} set {string.Join(", ", assignments)}",
            (writer, connection, options) => writer.UpdateAsync(connection, assignments, where.Sql, options),
            model =>
                model.Commit(
                    [.. model.Rows.Select(row => where.Holds(row) ? Changed(row) : row)],
                    model.Rows.Where(where.Holds).SelectMany(row => new[] { (row, "update_preimage"), (Changed(row), "update_postimage") })
                )
        );

        ModelRow Changed(ModelRow row) => row with { Number = row.Number + step, Text = row.Text + "!", Part = moved ?? row.Part };
    }

    // Every third key of the source asks for the row's deletion.
    private static Operation Merge(IReadOnlyList<ModelRow> drawn, IReadOnlyList<ModelColumn> columns, bool insert)
    {
        var source = drawn.DistinctBy(row => row.Id).ToDictionary(row => row.Id);
        var sql = $"SELECT id, p, n, id % 3 = 0 AS gone FROM ({RowSource.Sql([.. source.Values], columns)})";
        var request = new MergeRequest
        {
            SourceSql = sql,
            Keys = ["id"],
            DeleteWhenSql = "s.gone",
            InsertUnmatched = insert,
        };
        return new(
            $"merge {source.Count} {(insert ? "with" : "without")} insert",
            (writer, connection, options) => writer.MergeAsync(connection, request, options),
            Apply
        );

        void Apply(TableModel model)
        {
            var keys = model.Rows.Select(row => row.Id).ToHashSet();
            var inserted = source
                .Values.Where(row => insert && row.Id % 3 != 0 && !keys.Contains(row.Id))
                .Select(row => new ModelRow(row.Id, row.Part, null, row.Number, null));
            var changes = new List<(ModelRow, string)>();
            var rows = new List<ModelRow>();
            foreach (var row in model.Rows)
            {
                if (!source.TryGetValue(row.Id, out var match))
                {
                    rows.Add(row);
                    continue;
                }

                if (row.Id % 3 == 0)
                {
                    changes.Add((row, "delete"));
                    continue;
                }

                var next = row with { Part = match.Part, Number = match.Number };
                rows.Add(next);
                changes.AddRange([(row, "update_preimage"), (next, "update_postimage")]);
            }

            model.Commit([.. rows, .. inserted], [.. changes, .. inserted.Select(row => (row, "insert"))]);
        }
    }
}
