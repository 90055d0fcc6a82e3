using System.Text;
using System.Text.Json;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Schema;
using Tideway.DeltaLog.Snapshots;

namespace Tideway.DeltaLog.Writing;

/// <summary>
/// Which columns get statistics: those that <c>delta.dataSkippingStatsColumns</c> names, else the leading ones as many as
/// <c>delta.dataSkippingNumIndexedCols</c> says, and in any case those that the table is clustered by.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#per-file-statistics">Per-file Statistics</see> and
/// <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#writer-requirements-for-clustered-table">Writer Requirements for Clustered Table</see>.
/// </summary>
internal sealed class StatisticsColumns
{
    private const int DefaultCount = 32;
    private const string ClusteringDomain = "delta.clustering";

    private readonly ColumnMappingMode mode;
    private readonly List<IReadOnlyList<string>>? named;
    private readonly List<IReadOnlyList<string>> clustered;
    private int left;

    private StatisticsColumns(ColumnMappingMode mode, List<IReadOnlyList<string>>? named, List<IReadOnlyList<string>> clustered, int left)
    {
        this.mode = mode;
        this.named = named;
        this.clustered = clustered;
        this.left = left;
    }

    /// <summary>The columns, by the names in files. Partition columns are not among them.</summary>
    public static StructType Of(StructType schema, ColumnMappingMode mode, Metadata metadata, IReadOnlyDictionary<string, DomainMetadata> domains)
    {
        var chosen = metadata.Configuration.TryGetValue(TableProperties.StatsColumnNames, out var names) ? Names(names) : null;
        var count =
            metadata.Configuration.TryGetValue(TableProperties.StatsColumns, out var text) && int.TryParse(text, out var number) ? number : DefaultCount;
        var columns = new StatisticsColumns(mode, chosen, Clustered(domains), count < 0 ? int.MaxValue : count);
        return columns.Select(new StructType([.. schema.Fields.Where(field => !metadata.PartitionColumns.Contains(field.Name))]), [], []);
    }

    private StructType Select(StructType schema, IReadOnlyList<string> logical, IReadOnlyList<string> physical)
    {
        var fields = new List<StructField>();
        foreach (var field in schema.Fields.Where(field => field.Type is not PrimitiveType { Kind: PrimitiveKind.Void }))
        {
            var name = ColumnMapping.PhysicalName(field, mode);
            IReadOnlyList<string> path = [.. logical, field.Name];
            IReadOnlyList<string> physicalPath = [.. physical, name];
            if (field.Type is StructType nested)
            {
                if (Select(nested, path, physicalPath) is { Fields.Count: > 0 } inner)
                    fields.Add(field with { Name = name, Type = inner });
            }
            else if (IsIndexed(path, physicalPath))
            {
                fields.Add(field with { Name = name });
            }
        }

        return new StructType(fields);
    }

    private bool IsIndexed(IReadOnlyList<string> path, IReadOnlyList<string> physicalPath)
    {
        var isLeading = named is null && left > 0;
        left--;
        return isLeading || named?.Exists(name => Leads(name, path)) == true || clustered.Exists(name => Leads(name, physicalPath));
    }

    // A name of a column with fields stands for all of them.
    private static bool Leads(IReadOnlyList<string> name, IReadOnlyList<string> path) =>
        name.Count <= path.Count && name.SequenceEqual(path.Take(name.Count), StringComparer.OrdinalIgnoreCase);

    private static List<IReadOnlyList<string>> Clustered(IReadOnlyDictionary<string, DomainMetadata> domains)
    {
        if (!domains.TryGetValue(ClusteringDomain, out var domain))
            return [];
        try
        {
            using var document = JsonDocument.Parse(domain.Configuration);
            return
            [
                .. document
                    .RootElement.GetProperty("clusteringColumns")
                    .EnumerateArray()
                    .Select(
                        IReadOnlyList<string> (column) =>
                            column.ValueKind == JsonValueKind.String ? [column.GetString()!] : [.. column.EnumerateArray().Select(part => part.GetString()!)]
                    ),
            ];
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new DeltaLogException(
                DeltaLogError.CorruptLog,
                $"Expected clusteringColumns in the domain '{ClusteringDomain}', found {domain.Configuration}."
            );
        }
    }

    // Names divided by commas, their parts by dots; what is in backticks is taken as it stands.
    private static List<IReadOnlyList<string>> Names(string text)
    {
        var (names, parts, part, quoted) = (new List<IReadOnlyList<string>>(), new List<string>(), new StringBuilder(), false);
        foreach (var letter in text.Append(','))
        {
            if (letter == '`')
                quoted = !quoted;
            else if (quoted || letter is not ('.' or ','))
                part.Append(letter);
            else
                EndPart(letter == ',');
        }

        return names;

        void EndPart(bool isLast)
        {
            if (part.ToString().Trim() is { Length: > 0 } name)
                parts.Add(name);
            part.Clear();
            if (!isLast)
                return;
            if (parts.Count > 0)
                names.Add([.. parts]);
            parts.Clear();
        }
    }
}
