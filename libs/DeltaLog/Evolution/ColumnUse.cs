using System.Text.Json;
using System.Text.RegularExpressions;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Schema;
using Tideway.DeltaLog.Snapshots;

namespace Tideway.DeltaLog.Evolution;

/// <summary>Says what of a table hangs on a column, so that it must not be renamed, dropped or given another type.</summary>
internal static partial class ColumnUse
{
    private const string ConstraintPrefix = "delta.constraints.";
    private const string GenerationKey = "delta.generationExpression";
    private const string InvariantKey = "delta.invariants";

    /// <summary>Throws <see cref="DeltaLogError.ColumnInUse"/>, naming what, where a constraint or another column needs the column.</summary>
    public static void RequireNoRule(TableDraft draft, IReadOnlyList<string> path, string what)
    {
        foreach (var (key, text) in draft.Metadata.Configuration.Where(pair => pair.Key.StartsWith(ConstraintPrefix, StringComparison.Ordinal)))
        {
            if (Names(text, path))
                throw Refuse(draft, path, what, $"the constraint '{key[ConstraintPrefix.Length..]}' ({text}) needs it");
        }

        foreach (var (other, field) in SchemaEdit.All(draft.Schema))
        {
            foreach (var key in new[] { GenerationKey, InvariantKey })
            {
                if (field.Metadata.TryGetValue(key, out var text) && Names(text, path))
                    throw Refuse(draft, path, what, $"the column '{ColumnPath.Write(other)}' has the rule {key} ({text}), which needs it");
            }
        }
    }

    /// <summary>Throws <see cref="DeltaLogError.ColumnInUse"/> where a property names the column, or the table is clustered by it.</summary>
    public static void RequireNoLayout(TableDraft draft, Snapshot snapshot, IReadOnlyList<string> path, string what, bool isRename)
    {
        var name = ColumnPath.Write(path);
        if (
            draft.Metadata.Configuration.TryGetValue("delta.dataSkippingStatsColumns", out var listed)
            && listed
                .Split(',', StringSplitOptions.TrimEntries)
                .Any(entry => IsWithin(entry.Replace("`", "", StringComparison.Ordinal), string.Join('.', path)))
        )
            throw Refuse(draft, path, what, $"the property delta.dataSkippingStatsColumns ({listed}) names it");
        if (isRename)
            return;
        if (draft.Metadata.PartitionColumns.Contains(name, StringComparer.OrdinalIgnoreCase))
            throw Refuse(draft, path, what, "the table is partitioned by it");
        if (snapshot.DomainMetadata.TryGetValue("delta.clustering", out var domain) && IsClusteredBy(domain, PhysicalPath(draft, path)))
            throw Refuse(draft, path, what, "the table is clustered by it");
    }

    private static DeltaLogException Refuse(TableDraft draft, IReadOnlyList<string> path, string what, string reason) =>
        new(DeltaLogError.ColumnInUse, $"Column '{ColumnPath.Write(path)}' of '{draft.Root}' cannot be {what}: {reason}.") { TableRoot = draft.Root };

    // Rather once too often: an expression that has the name as a word may mean something else by it.
    private static bool Names(string expression, IReadOnlyList<string> path) =>
        Words().Matches(expression).Any(word => string.Equals(word.Value, path[0], StringComparison.OrdinalIgnoreCase))
        || (Words().Match(path[0]).Length != path[0].Length && expression.Contains(path[0], StringComparison.OrdinalIgnoreCase));

    private static bool IsWithin(string entry, string path) =>
        string.Equals(entry, path, StringComparison.OrdinalIgnoreCase) || entry.StartsWith(path + ".", StringComparison.OrdinalIgnoreCase);

    private static bool IsClusteredBy(DomainMetadata domain, List<string> physicalPath)
    {
        using var json = JsonDocument.Parse(domain.Configuration);
        if (!json.RootElement.TryGetProperty("clusteringColumns", out var columns) || columns.ValueKind != JsonValueKind.Array)
            return false;
        return columns
            .EnumerateArray()
            .Any(column =>
                column.ValueKind == JsonValueKind.Array
                && column
                    .EnumerateArray()
                    .Select(name => name.ToString())
                    .Take(physicalPath.Count)
                    .SequenceEqual(physicalPath, StringComparer.OrdinalIgnoreCase)
            );
    }

    private static List<string> PhysicalPath(TableDraft draft, IReadOnlyList<string> path)
    {
        var mode = ColumnMapping.Of(draft.Protocol, draft.Metadata);
        return [.. Enumerable.Range(1, path.Count).Select(length => ColumnMapping.PhysicalName(SchemaEdit.Find(draft.Schema, [.. path.Take(length)]), mode))];
    }

    [GeneratedRegex(@"[\p{L}_][\p{L}\p{N}_]*", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Words();
}
