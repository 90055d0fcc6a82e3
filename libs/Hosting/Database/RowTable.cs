namespace Tideway.Hosting.Database;

/// <summary>
/// A table as <see cref="RowWriter{TRow}"/> writes it: its columns, and where a row's values for them come from. Names become part of statements, so they never are what
/// came from outside.
/// </summary>
/// <param name="name">Name of the table.</param>
public sealed class RowTable<TRow>(string name)
{
    private readonly List<RowColumn<TRow>> columns = [];

    /// <summary>Name of the table.</summary>
    public string Name { get; } = name;

    internal IReadOnlyList<RowColumn<TRow>> Columns => columns;

    /// <summary>Adds a column of type <c>TEXT</c>.</summary>
    public RowTable<TRow> Text(string column, Func<TRow, string?> value) => Add(new RowColumn<TRow>.Text(column, value));

    /// <summary>Adds a column of a type for whole numbers.</summary>
    public RowTable<TRow> Number(string column, Func<TRow, long?> value) => Add(new RowColumn<TRow>.Number(column, value));

    /// <summary>Adds a column of type <c>{bytes}</c>.</summary>
    public RowTable<TRow> Bytes(string column, Func<TRow, byte[]?> value) => Add(new RowColumn<TRow>.Bytes(column, value));

    private RowTable<TRow> Add(RowColumn<TRow> column)
    {
        columns.Add(column);
        return this;
    }
}

/// <summary>A column of a <see cref="RowTable{TRow}"/>.</summary>
internal abstract record RowColumn<TRow>(string Name)
{
    public sealed record Text(string Name, Func<TRow, string?> Value) : RowColumn<TRow>(Name);

    public sealed record Number(string Name, Func<TRow, long?> Value) : RowColumn<TRow>(Name);

    public sealed record Bytes(string Name, Func<TRow, byte[]?> Value) : RowColumn<TRow>(Name);
}
