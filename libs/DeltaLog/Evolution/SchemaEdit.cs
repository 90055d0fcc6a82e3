using Tideway.DeltaLog.Schema;

namespace Tideway.DeltaLog.Evolution;

/// <summary>Schemas with one thing changed, however deep it lies.</summary>
internal static class SchemaEdit
{
    /// <summary>The schema with the fields of one of its structs changed; no names lead to its own columns.</summary>
    public static StructType Fields(StructType schema, IReadOnlyList<string> path, Func<IReadOnlyList<StructField>, IEnumerable<StructField>> change) =>
        (StructType)Inside(schema, path, 0, type => type is StructType structure ? new StructType([.. change(structure.Fields)]) : null);

    /// <summary>The schema with one field changed.</summary>
    public static StructType Field(StructType schema, IReadOnlyList<string> path, Func<StructField, StructField> change)
    {
        var found = false;
        var changed = Fields(
            schema,
            [.. path.SkipLast(1)],
            fields =>
                fields.Select(field =>
                {
                    if (!IsNamed(field, path[^1]))
                        return field;
                    found = true;
                    return change(field);
                })
        );
        return found ? changed : throw Missing(path);
    }

    /// <summary>The field at the end of a path. Lists and maps are no fields.</summary>
    public static StructField Find(StructType schema, IReadOnlyList<string> path)
    {
        StructField? found = null;
        Field(schema, path, field => found = field);
        return found!;
    }

    /// <summary>
    /// The schema with a type changed, be it of a field, an element, a key or a value: <paramref name="change"/> gets the type, and the names between
    /// the nearest field and it.
    /// </summary>
    public static StructType TypeOf(StructType schema, IReadOnlyList<string> path, Func<StructField, IReadOnlyList<string>, StructField> change)
    {
        // The nearest field is the last name that is none of a list or a map.
        for (var length = path.Count; length > 0; length--)
        {
            IReadOnlyList<string> head = [.. path.Take(length)];
            if (Exists(schema, head))
                return Field(schema, head, field => change(field, [.. path.Skip(length)]));
        }

        throw Missing(path);
    }

    /// <summary>The type with the one at the end of the names <c>element</c>, <c>key</c> and <c>value</c> changed.</summary>
    public static DeltaType Inside(DeltaType type, IReadOnlyList<string> names, Func<DeltaType, DeltaType> change) =>
        Inside(type, names, 0, found => change(found));

    public static bool IsNamed(StructField field, string name) => string.Equals(field.Name, name, StringComparison.OrdinalIgnoreCase);

    /// <summary>Every field, with the way to it.</summary>
    public static IEnumerable<(IReadOnlyList<string> Path, StructField Field)> All(DeltaType type, params IReadOnlyList<string> path) =>
        type switch
        {
            StructType structure => structure.Fields.SelectMany(field => All(field.Type, [.. path, field.Name]).Prepend(([.. path, field.Name], field))),
            ArrayType array => All(array.ElementType, [.. path, "element"]),
            MapType map => All(map.KeyType, [.. path, "key"]).Concat(All(map.ValueType, [.. path, "value"])),
            _ => [],
        };

    private static bool Exists(StructType schema, IReadOnlyList<string> path) =>
        All(schema).Any(found => found.Path.SequenceEqual(path, StringComparer.OrdinalIgnoreCase));

    private static DeltaType Inside(DeltaType type, IReadOnlyList<string> path, int at, Func<DeltaType, DeltaType?> change)
    {
        if (at == path.Count)
            return change(type) ?? throw Missing(path);
        var name = path[at];
        switch (type)
        {
            case StructType structure when structure.Find(name) is { } next:
                return new StructType([
                    .. structure.Fields.Select(field => ReferenceEquals(field, next) ? field with { Type = Inside(field.Type, path, at + 1, change) } : field),
                ]);
            case ArrayType array when IsWord(name, "element"):
                return array with { ElementType = Inside(array.ElementType, path, at + 1, change) };
            case MapType map when IsWord(name, "key"):
                return map with { KeyType = Inside(map.KeyType, path, at + 1, change) };
            case MapType map when IsWord(name, "value"):
                return map with { ValueType = Inside(map.ValueType, path, at + 1, change) };
            default:
                throw Missing(path);
        }
    }

    private static bool IsWord(string name, string word) => string.Equals(name, word, StringComparison.OrdinalIgnoreCase);

    private static DeltaLogException Missing(IReadOnlyList<string> path) =>
        new(DeltaLogError.InvalidData, $"Expected a column '{ColumnPath.Write(path)}' in the table's schema, found none.");
}
