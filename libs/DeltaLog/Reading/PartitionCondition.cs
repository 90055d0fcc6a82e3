using System.Text.Json;
using System.Text.Json.Nodes;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Schema;
using Tideway.DeltaLog.Snapshots;
using Tideway.DuckDb;

namespace Tideway.DeltaLog.Reading;

/// <summary>
/// What a condition on rows asks of their partition: those of its parts, joined by AND, that name no other columns. Rows of a partition that does not meet
/// them cannot meet the condition.
/// </summary>
internal sealed class PartitionCondition
{
    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = 512 };

    private readonly DuckDbConnection connection;
    private readonly List<(StructField Field, string Name)> columns;
    private readonly string condition;
    private readonly Dictionary<string, bool> known = new(StringComparer.Ordinal);

    private PartitionCondition(DuckDbConnection connection, List<(StructField Field, string Name)> columns, string condition)
    {
        this.connection = connection;
        this.columns = columns;
        this.condition = condition;
    }

    /// <summary>The condition; <see langword="null"/> where it asks nothing of partitions.</summary>
    public static PartitionCondition? Of(DuckDbConnection connection, Snapshot snapshot, string conditionSql)
    {
        if (snapshot.PartitionColumns.Count == 0)
            return null;
        var mode = ColumnMapping.Of(snapshot.Protocol, snapshot.Metadata);
        var partitionColumns = snapshot
            .PartitionColumns.Select(name => snapshot.Schema.Fields.First(field => field.Name == name))
            .Select(field => (field, ColumnMapping.PhysicalName(field, mode)))
            .ToList();
        var parts = Parts(connection, conditionSql).Where(part => Binds(connection, partitionColumns, part)).ToList();
        return parts.Count == 0 ? null : new PartitionCondition(connection, partitionColumns, string.Join(" AND ", parts.Select(part => $"({part})")));
    }

    /// <summary>Whether rows of the file can meet the condition; yes where that cannot be told.</summary>
    public bool CanHold(AddFile file)
    {
        var values = columns.ConvertAll(column => file.PartitionValues.GetValueOrDefault(column.Name));
        var key = string.Join('\u0001', values.Select(value => value ?? "\u0002"));
        if (known.TryGetValue(key, out var answer))
            return answer;
        try
        {
            var typed = columns.Select(
                (column, index) =>
                    $"{PartitionValueSql.Parse(column.Field.Type, values[index] is { } value ? SqlText.Literal(value) : "CAST(NULL AS VARCHAR)", "UTC")} AS {SqlText.Identifier(column.Field.Name)}"
            );
            answer = connection.Scalar<bool>($"SELECT ({condition}) IS TRUE FROM (SELECT {string.Join(", ", typed)})");
        }
        catch (DuckDbException)
        {
            // A value that the condition fails on, such as a text that is no number.
            answer = true;
        }

        return known[key] = answer;
    }

    // The parts joined by AND, each as SQL again.
    private static List<string> Parts(DuckDbConnection connection, string conditionSql)
    {
        var tree = JsonNode.Parse(connection.Scalar<string>($"SELECT json_serialize_sql({SqlText.Literal($"SELECT ({conditionSql})")})")!, null, Deep)!;
        if (tree["error"]?.GetValue<bool>() != false || tree["statements"]?[0]?["node"]?["select_list"] is not JsonArray { Count: 1 } list)
            return [conditionSql];
        var root = list[0]!;
        if (root["type"]?.GetValue<string>() != "CONJUNCTION_AND" || root["children"] is not JsonArray children)
            return [conditionSql];
        var parts = new List<string>();
        foreach (var child in children.ToList())
        {
            list[0] = child!.DeepClone();
            var select = connection.Scalar<string>($"SELECT json_deserialize_sql({SqlText.Literal(tree.ToJsonString())})")!;
            parts.Add($"({select})");
        }

        return parts;
    }

    private static bool Binds(DuckDbConnection connection, List<(StructField Field, string Name)> columns, string part)
    {
        var nothing = columns.Select(column => $"CAST(NULL AS {DuckDbTypes.Sql(column.Field.Type)}) AS {SqlText.Identifier(column.Field.Name)}");
        try
        {
            using (connection.Prepare($"SELECT CAST(({part}) AS BOOLEAN) FROM (SELECT {string.Join(", ", nothing)})")) { }
            return true;
        }
        catch (DuckDbException)
        {
            return false;
        }
    }
}
