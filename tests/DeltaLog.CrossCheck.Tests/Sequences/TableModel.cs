namespace Tideway.DeltaLog.CrossCheck.Tests.Sequences;

/// <summary>What a table must hold after each version, and what each version changed: rows in memory, no files.</summary>
internal sealed class TableModel
{
    private readonly List<ModelVersion> versions = [];
    private readonly List<ModelColumn> columns = [.. new[] { "id", "p", "day", "n", "t" }.Select(name => new ModelColumn(name, name, null))];

    public IReadOnlyList<ModelColumn> Columns => columns;

    /// <summary>Constraints that are in force.</summary>
    public List<string> Constraints { get; } = [];

    public IReadOnlyList<ModelRow> Rows { get; private set; } = [];

    public IReadOnlyList<ModelVersion> Versions => versions;

    /// <summary>The first version whose files are all there still.</summary>
    public int FirstWhole { get; private set; }

    /// <summary>Sets what the next version holds, and what it changed.</summary>
    public void Commit(IReadOnlyList<ModelRow> rows, IEnumerable<(ModelRow Row, string Change)> changes)
    {
        Rows = rows;
        versions.Add(
            new ModelVersion([.. columns], [.. Constraints], rows)
            {
                Changes = [.. changes.Select(change => $"{change.Row.Line(columns)}|{change.Change}").Order(StringComparer.Ordinal)],
                ChangeColumns = [.. columns],
            }
        );
    }

    /// <summary>Adds a column, or puts one in the place of another.</summary>
    public void Set(ModelColumn? before, ModelColumn after)
    {
        if (before is null)
            columns.Add(after);
        else
            columns[columns.IndexOf(before)] = after;
        Commit(Rows, []);
    }

    public void Drop(ModelColumn column)
    {
        columns.Remove(column);
        Commit([.. Rows.Select(row => row with { Later = row.Later.Remove(column.Id) })], []);
    }

    /// <summary>
    /// Takes rows, columns and constraints back to an older version, as the next one. Rows that stay may go and come again, so only the balance of the
    /// changes is known; and of a column that was dropped since, files may hold values that the model forgot.
    /// </summary>
    public void Restore(int version)
    {
        var (old, before) = (versions[version], Rows);
        List<ModelColumn> common = [.. old.Columns.Where(column => columns.Exists(other => other.Id == column.Id))];
        var isNarrower = common.Exists(column => columns.Single(other => other.Id == column.Id).Type != column.Type);
        columns.Clear();
        columns.AddRange(old.Columns);
        Constraints.Clear();
        Constraints.AddRange(old.Constraints);
        Commit(old.Rows, []);
        versions[^1] = versions[^1] with
        {
            Changes = ChangeLines.Balance(before.Select(row => row.Line(common)), old.Rows.Select(row => row.Line(common))),
            ChangeColumns = common,
            IsBalance = true,
            IsNarrower = isNarrower,
        };
    }

    /// <summary>Lets the model know that files which only older versions need are gone.</summary>
    public void ForgetOlder() => FirstWhole = versions.Count - 1;
}

/// <summary>A column: what it was first called, what it is called, and its type where that is narrower than others'.</summary>
internal sealed record ModelColumn(string Id, string Name, string? Type);

/// <summary>One version: its columns, constraints and rows, and what it changed.</summary>
internal sealed record ModelVersion(IReadOnlyList<ModelColumn> Columns, IReadOnlyList<string> Constraints, IReadOnlyList<ModelRow> Rows)
{
    /// <summary>The rows that changed, in the columns of <see cref="ChangeColumns"/>, as text with the kind of change.</summary>
    public required IReadOnlyList<string> Changes { get; init; }

    /// <summary>The columns whose changes are known.</summary>
    public required IReadOnlyList<ModelColumn> ChangeColumns { get; init; }

    /// <summary>Whether rows that come as often as they go are no changes here.</summary>
    public bool IsBalance { get; init; }

    /// <summary>Whether files that went have a wider type for a column than the version itself, which the other engine does not read.</summary>
    public bool IsNarrower { get; init; }

    public List<string> RowLines() => [.. Rows.Select(row => row.Line(Columns)).Order(StringComparer.Ordinal)];

    /// <summary>Changes that were read, in the form of <see cref="Changes"/>.</summary>
    public IReadOnlyList<string> Comparable(IReadOnlyList<string> changes) => IsBalance ? ChangeLines.Balance(changes) : changes;
}
