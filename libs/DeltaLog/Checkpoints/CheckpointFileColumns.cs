using Tideway.DeltaLog.Schema;
using Tideway.DeltaLog.Snapshots;
using Tideway.DuckDb;

namespace Tideway.DeltaLog.Checkpoints;

/// <summary>
/// The columns <c>add</c> and <c>remove</c> of a checkpoint, as the table's properties want them.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#checkpoints-1">Checkpoints</see>.
/// </summary>
internal static class CheckpointFileColumns
{
    private const int DefaultStatsColumns = 32;

    /// <summary>The active files, given as a SELECT of <c>a</c>.</summary>
    public static string Add(string activeSql, TableState state)
    {
        var metadata = state.Metadata;
        var keepJson = !string.Equals(
            metadata.Configuration.GetValueOrDefault(TableProperties.CheckpointStatsAsJson),
            "false",
            StringComparison.OrdinalIgnoreCase
        );
        var values = new List<string>();
        foreach (var (name, _) in FileActionSql.Add)
        {
            if (name == "dataChange")
                values.Add("\"dataChange\" := false");
            else if (name != "stats" || keepJson)
                values.Add($"{SqlText.Identifier(name)} := a.{SqlText.Identifier(name)}");
        }

        if (metadata.IsEnabled(TableProperties.CheckpointStatsAsStruct))
            values.AddRange(Parsed(state));
        return $"SELECT struct_pack({string.Join(", ", values)}) AS \"add\" FROM ({activeSql})";
    }

    /// <summary>The removed files, given as a SELECT of <c>r</c>.</summary>
    public static string Remove(string removedSql)
    {
        var values = FileActionSql.Remove.Select(member =>
            member.Name == "dataChange" ? "\"dataChange\" := false" : $"{SqlText.Identifier(member.Name)} := r.{SqlText.Identifier(member.Name)}"
        );
        return $"SELECT struct_pack({string.Join(", ", values)}) AS remove FROM ({removedSql})";
    }

    private static IEnumerable<string> Parsed(TableState state)
    {
        var metadata = state.Metadata;
        var mode = ColumnMapping.Of(state.Protocol, metadata);
        var schema = SchemaJson.Parse(metadata.SchemaString);
        var partitions = metadata.PartitionColumns.Select(name => schema.Fields.First(field => field.Name == name)).ToList();
        if (partitions.Count > 0)
        {
            var values = partitions.Select(field =>
            {
                var name = ColumnMapping.PhysicalName(field, mode);
                var text = $"a.\"partitionValues\"[{SqlText.Literal(name)}]";
                return $"{SqlText.Identifier(name)} := TRY({PartitionValueSql.Parse(field.Type, text, "UTC")})";
            });
            yield return $"\"partitionValues_parsed\" := struct_pack({string.Join(", ", values)})";
        }

        var left =
            metadata.Configuration.TryGetValue(TableProperties.StatsColumns, out var text) && int.TryParse(text, out var count)
                ? count < 0
                    ? int.MaxValue
                    : count
                : DefaultStatsColumns;
        var data = Physical(new StructType([.. schema.Fields.Where(field => !metadata.PartitionColumns.Contains(field.Name))]), mode, ref left);
        yield return $"\"stats_parsed\" := {ParsedStatisticsSql.FromJson(data, "a.stats")}";
    }

    // The leading columns under the names they have in files and statistics.
    private static StructType Physical(StructType schema, ColumnMappingMode mode, ref int left)
    {
        var fields = new List<StructField>();
        foreach (var field in schema.Fields)
        {
            if (left == 0)
                break;
            var name = ColumnMapping.PhysicalName(field, mode);
            if (field.Type is StructType nested)
            {
                fields.Add(new StructField(name, Physical(nested, mode, ref left)));
                continue;
            }

            left--;
            fields.Add(new StructField(name, field.Type));
        }

        return new StructType(fields);
    }
}
