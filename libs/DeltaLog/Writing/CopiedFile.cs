using System.Globalization;
using Tideway.DuckDb;

namespace Tideway.DeltaLog.Writing;

/// <summary>What <c>COPY ... (RETURN_STATS)</c> tells of a file.</summary>
internal sealed record CopiedFile(
    string Path,
    long Rows,
    long Size,
    IReadOnlyDictionary<string, ColumnStatistics> Columns,
    IReadOnlyDictionary<string, string> Partition
)
{
    public static List<CopiedFile> Read(DuckDbResult result, CancellationToken cancellationToken)
    {
        var (path, rows, size) = (result.Ordinal("filename"), result.Ordinal("count"), result.Ordinal("file_size_bytes"));
        var (statistics, partition) = (result.Ordinal("column_statistics"), result.Ordinal("partition_keys"));
        return
        [
            .. result
                .Rows(cancellationToken)
                .Select(row => new CopiedFile(
                    (string)row[path]!,
                    Convert.ToInt64(row[rows], CultureInfo.InvariantCulture),
                    Convert.ToInt64(row[size], CultureInfo.InvariantCulture),
                    Map(row[statistics]).ToDictionary(pair => (string)pair.Key, pair => Statistics(Map(pair.Value)), StringComparer.Ordinal),
                    Map(row[partition]).ToDictionary(pair => (string)pair.Key, pair => (string)pair.Value!, StringComparer.Ordinal)
                )),
        ];
    }

    private static ColumnStatistics Statistics(Dictionary<object, object?> values) =>
        new(
            Text(values, "min"),
            Text(values, "max"),
            Text(values, "null_count") is { } nulls ? long.Parse(nulls, CultureInfo.InvariantCulture) : null,
            Text(values, "has_nan") == "true"
        );

    private static string? Text(Dictionary<object, object?> values, string name) => (string?)values.GetValueOrDefault(name);

    private static Dictionary<object, object?> Map(object? value) => (Dictionary<object, object?>?)value ?? [];
}
