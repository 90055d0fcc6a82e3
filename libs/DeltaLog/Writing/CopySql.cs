using Tideway.DeltaLog.Schema;
using Tideway.DuckDb;

namespace Tideway.DeltaLog.Writing;

/// <summary>
/// SQL that writes data files. Partitions become folders named by the text of their values, with a letter before it that tells null from text.
/// </summary>
internal static class CopySql
{
    private const string NullText = "n";

    /// <summary>Writes the rows of a SELECT that has the table's columns, and those of <paramref name="extraColumns"/>, into an empty folder.</summary>
    public static string Copy(string selectSql, PhysicalColumns columns, IEnumerable<string> extraColumns, string folder, string codec, long targetBytes)
    {
        var selected = columns
            .Select()
            .Concat(extraColumns.Select(SqlText.Identifier))
            .Concat(columns.Partitions.Select((field, index) => $"{Text(field)} AS {PartitionName(index)}"));
        var layout =
            columns.Partitions.Count > 0
                ? $"PARTITION_BY ({string.Join(", ", columns.Partitions.Select((_, index) => PartitionName(index)))})"
                : $"FILE_SIZE_BYTES {targetBytes}";
        return $"""
            COPY (SELECT {string.Join(", ", selected)} FROM ({selectSql}))
            TO {SqlText.Literal(folder)} (FORMAT parquet, COMPRESSION {codec}, RETURN_STATS, {layout}{columns.FieldIds})
            """;
    }

    /// <summary>Writes a file again, as several that are not too long.</summary>
    public static string Split(string sourcePattern, PhysicalColumns columns, string folder, string codec, long targetBytes) =>
        $"COPY (SELECT * FROM read_parquet({SqlText.Literal(sourcePattern)}, hive_partitioning = false)) TO {SqlText.Literal(folder)} (FORMAT parquet, COMPRESSION {codec}, RETURN_STATS, FILE_SIZE_BYTES {targetBytes}{columns.FieldIds})";

    public static string PartitionName(int index) => $"tideway_p{index}";

    /// <summary>The partition value behind the text in a folder's name.</summary>
    public static string? PartitionValue(string text) => text == NullText ? null : text[1..];

    // A column that is partitioned by must exist in the source; its null guard is the same as for others.
    private static string Text(StructField field)
    {
        var text = PartitionValueSql.Format(field.Type, SqlText.Identifier(field.Name));
        var required = field.Nullable
            ? $"'{NullText}'"
            : $"error({SqlText.Literal($"Column '{field.Name}' holds a null, or an empty text, where none is allowed.")})";
        return $"CASE WHEN {text} IS NULL THEN {required} ELSE 'v' || {text} END";
    }
}
