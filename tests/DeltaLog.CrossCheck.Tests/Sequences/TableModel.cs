namespace Tideway.DeltaLog.CrossCheck.Tests.Sequences;

/// <summary>What a table must hold after each version, and what each version changed: rows in memory, no files.</summary>
internal sealed class TableModel
{
    private readonly List<ModelVersion> versions = [];

    public List<string> Columns { get; } = ["id", "p", "day", "n", "t"];

    public IReadOnlyList<ModelRow> Rows { get; private set; } = [];

    public IReadOnlyList<ModelVersion> Versions => versions;

    /// <summary>Sets what the next version holds, and what it changed.</summary>
    public void Commit(IReadOnlyList<ModelRow> rows, IEnumerable<(ModelRow Row, string Change)> changes)
    {
        Rows = rows;
        versions.Add(new ModelVersion([.. Columns], rows, [.. changes]));
    }
}

/// <summary>One version: the columns that it had, its rows, and the rows that it changed.</summary>
internal sealed record ModelVersion(IReadOnlyList<string> Columns, IReadOnlyList<ModelRow> Rows, IReadOnlyList<(ModelRow Row, string Change)> Changes)
{
    public List<string> RowLines() => [.. Rows.Select(row => row.Line(Columns)).Order(StringComparer.Ordinal)];

    public List<string> ChangeLines() => [.. Changes.Select(change => $"{change.Row.Line(Columns)}|{change.Change}").Order(StringComparer.Ordinal)];
}
