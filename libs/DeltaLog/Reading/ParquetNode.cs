namespace Tideway.DeltaLog.Reading;

/// <summary>What a Parquet file says that bytes are.</summary>
internal enum ByteMeaning
{
    /// <summary>It is no column of bytes, or one of something else, as of decimals.</summary>
    Other,

    /// <summary>Nothing is said: DuckDB takes them for binary.</summary>
    Unmarked,

    /// <summary>Text.</summary>
    Text,
}

/// <summary>
/// A column of a Parquet file, or a field inside one.
/// See <see href="https://github.com/apache/parquet-format/blob/master/LogicalTypes.md#nested-types">Nested Types</see>.
/// </summary>
/// <param name="Name">Its name.</param>
/// <param name="FieldId">Its id, if it has one.</param>
/// <param name="IsRepeated">Whether it stands for any number of values.</param>
/// <param name="Bytes">What its bytes are.</param>
/// <param name="Children">What lies inside.</param>
internal sealed record ParquetNode(string Name, int? FieldId, bool IsRepeated, ByteMeaning Bytes, IReadOnlyList<ParquetNode> Children)
{
    /// <summary>The field of that name; Parquet files and DuckDB do not tell letters' cases apart.</summary>
    public ParquetNode? Child(string name) => Children.FirstOrDefault(child => string.Equals(child.Name, name, StringComparison.OrdinalIgnoreCase));

    /// <summary>The elements of a list, whichever way its writer nests them.</summary>
    public ParquetNode? Element =>
        IsRepeated ? this
        : Children is not [{ IsRepeated: true } items] ? null
        : items.Children is [var only] && items.Name != "array" && items.Name != $"{Name}_tuple" ? only
        : items;

    /// <summary>The keys of a map.</summary>
    public ParquetNode? Key => Children is [{ Children: [var key, ..] }] ? key : null;

    /// <summary>The values of a map.</summary>
    public ParquetNode? Value => Children is [{ Children: [_, var value] }] ? value : null;

    /// <summary>The names of all fields that have an id, by it. A file has each id once, wherever the field is nested.</summary>
    public IReadOnlyDictionary<int, string> NamesById()
    {
        var names = new Dictionary<int, string>();
        Collect(this, names);
        return names;
    }

    private static void Collect(ParquetNode node, Dictionary<int, string> names)
    {
        foreach (var child in node.Children)
        {
            if (child.FieldId is { } id)
                names[id] = child.Name;
            Collect(child, names);
        }
    }
}
