using System.Globalization;
using System.Text.Json;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Schema;

namespace Tideway.DeltaLog.Evolution;

/// <summary>What differs between a table as it is and as it would be: protocol, columns, partitioning, properties.</summary>
internal static class TableDifference
{
    public static List<TableChange> Of(Protocol protocolBefore, Protocol protocolAfter, Metadata before, Metadata after)
    {
        List<TableChange> all =
        [
            .. Protocols(protocolBefore, protocolAfter),
            .. Columns(SchemaJson.Parse(before.SchemaString), SchemaJson.Parse(after.SchemaString)),
            new("partition columns", List(before.PartitionColumns), List(after.PartitionColumns)),
            new("name", before.TableName, after.TableName),
            new("description", before.Description, after.Description),
            .. Properties(before.Configuration, after.Configuration),
        ];
        return [.. all.Where(change => change.Before != change.After)];
    }

    private static IEnumerable<TableChange> Protocols(Protocol before, Protocol after)
    {
        yield return new("reader version", Number(before.MinReaderVersion), Number(after.MinReaderVersion));
        yield return new("writer version", Number(before.MinWriterVersion), Number(after.MinWriterVersion));
        var (had, has) = (Features(before), Features(after));
        foreach (var feature in had.Union(has).Order(StringComparer.Ordinal))
            yield return new($"feature {feature}", had.Contains(feature) ? "there" : null, has.Contains(feature) ? "there" : null);
    }

    private static HashSet<string> Features(Protocol protocol) =>
        [.. (protocol.ReaderFeatures ?? []).Concat(protocol.WriterFeatures ?? []).Distinct(StringComparer.Ordinal)];

    private static IEnumerable<TableChange> Properties(IReadOnlyDictionary<string, string> before, IReadOnlyDictionary<string, string> after) =>
        before
            .Keys.Union(after.Keys, StringComparer.Ordinal)
            .Order(StringComparer.Ordinal)
            .Select(name => new TableChange($"property {name}", before.GetValueOrDefault(name), after.GetValueOrDefault(name)));

    // A mapped column is the same one under another name.
    private static IEnumerable<TableChange> Columns(StructType before, StructType after)
    {
        var (had, has) = (Parts(before, "", "").ToList(), Parts(after, "", "").ToList());
        var byKey = has.ToDictionary(part => part.Key, StringComparer.Ordinal);
        foreach (var part in had)
        {
            var next = byKey.GetValueOrDefault(part.Key);
            var isRenamed = next is not null && next.Path != part.Path;
            yield return new($"column {part.Path}", Text(part, isRenamed), next is null ? null : Text(next, isRenamed));
        }

        var known = had.Select(part => part.Key).ToHashSet(StringComparer.Ordinal);
        foreach (var part in has.Where(part => !known.Contains(part.Key)))
            yield return new($"column {part.Path}", null, part.Description);
    }

    private static string Text(Part part, bool isRenamed) => isRenamed ? $"{part.Path}: {part.Description}" : part.Description;

    private static IEnumerable<Part> Parts(DeltaType type, string path, string key) =>
        type switch
        {
            StructType structure => structure.Fields.SelectMany(field => Field(field, path, key)),
            ArrayType array => Inside(array.ElementType, array.ContainsNull, $"{path}.element", $"{key}.element"),
            MapType map =>
            [
                .. Inside(map.KeyType, true, $"{path}.key", $"{key}.key"),
                .. Inside(map.ValueType, map.ValueContainsNull, $"{path}.value", $"{key}.value"),
            ],
            _ => [],
        };

    private static IEnumerable<Part> Field(StructField field, string path, string key)
    {
        var own = path.Length == 0 ? ColumnPath.Write([field.Name]) : $"{path}.{ColumnPath.Write([field.Name])}";
        var ownKey = field.Metadata.TryGetValue("delta.columnMapping.id", out var id) ? $"#{id}" : $"{key}.{field.Name}";
        var comment = field.Metadata.TryGetValue("comment", out var json) ? $" ({Comment(json)})" : "";
        return Parts(field.Type, own, ownKey).Prepend(new Part(own, ownKey, $"{Kind(field.Type)}{(field.Nullable ? "" : " not null")}{comment}"));
    }

    private static IEnumerable<Part> Inside(DeltaType type, bool nullable, string path, string key) =>
        Parts(type, path, key).Prepend(new Part(path, key, $"{Kind(type)}{(nullable ? "" : " not null")}"));

    // What lies inside is told by itself.
    private static string Kind(DeltaType type) =>
        type switch
        {
            StructType => "struct",
            ArrayType => "array",
            MapType => "map",
            _ => TypeText.Write(type),
        };

    private static string Comment(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.ToString();
    }

    private static string? List(IReadOnlyList<string> names) => names.Count == 0 ? null : string.Join(", ", names);

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    private sealed record Part(string Path, string Key, string Description);
}
