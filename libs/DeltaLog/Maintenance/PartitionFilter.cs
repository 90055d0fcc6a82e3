using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Reading;
using Tideway.DeltaLog.Schema;
using Tideway.DeltaLog.Snapshots;
using Tideway.DuckDb;

namespace Tideway.DeltaLog.Maintenance;

/// <summary>Files whose partition meets a condition.</summary>
internal static class PartitionFilter
{
    /// <summary>The files; a condition that names anything but partition columns is <see cref="DeltaLogError.InvalidData"/>.</summary>
    public static IEnumerable<AddFile> Select(DuckDbConnection connection, Snapshot snapshot, string conditionSql, CancellationToken cancellationToken)
    {
        var mode = ColumnMapping.Of(snapshot.Protocol, snapshot.Metadata);
        var columns = snapshot.PartitionColumns.Select(name => snapshot.Schema.Fields.First(field => field.Name == name)).ToList();
        var names = columns.ConvertAll(field => ColumnMapping.PhysicalName(field, mode));
        var seen = new Dictionary<string, string?[]>(StringComparer.Ordinal);
        foreach (var file in snapshot.Files)
        {
            var values = Values(file, names);
            seen.TryAdd(KeyOf(values), values);
        }

        var met = Met(connection, snapshot, columns, seen, conditionSql, cancellationToken);
        return snapshot.Files.Where(file => met.Contains(KeyOf(Values(file, names))));
    }

    private static HashSet<string> Met(
        DuckDbConnection connection,
        Snapshot snapshot,
        List<StructField> columns,
        Dictionary<string, string?[]> partitions,
        string conditionSql,
        CancellationToken cancellationToken
    )
    {
        var typed = columns.Select((field, index) => $"{PartitionValueSql.Parse(field.Type, $"e.v[{index + 1}]", "UTC")} AS {SqlText.Identifier(field.Name)}");
        var source = FileListSql.Entries(partitions.Select(pair => (pair.Key, (IEnumerable<string?>)pair.Value)));
        var inner = $"SELECT {string.Join(", ", typed.Append("e.f AS __partition"))} FROM {source} e";
        try
        {
            using var result = connection.Query($"SELECT __partition FROM ({inner}) WHERE ({conditionSql})", cancellationToken);
            return [.. result.Rows(cancellationToken).Select(row => (string)row[0]!)];
        }
        catch (DuckDbException exception) when (exception.Error is DuckDbError.Binder or DuckDbError.Parser or DuckDbError.Syntax or DuckDbError.Catalog)
        {
            throw new DeltaLogException(
                DeltaLogError.InvalidData,
                $"Expected a condition on the partition columns of '{snapshot.TableRoot}' ({(columns.Count == 0 ? "it has none" : string.Join(", ", columns.Select(field => field.Name)))}), found {conditionSql}: {exception.Message}",
                exception
            )
            {
                TableRoot = snapshot.TableRoot,
            };
        }
    }

    private static string?[] Values(AddFile file, List<string> names) => [.. names.Select(name => file.PartitionValues.GetValueOrDefault(name))];

    private static string KeyOf(string?[] values) => string.Join('\u0001', values.Select(value => value ?? "\u0002"));
}
