using System.Text;

namespace Tideway.DeltaLog.CrossCheck.Tests.Engine;

/// <summary>SQL in the other engine's words.</summary>
internal static class EngineSql
{
    /// <summary>How rows are handed over: texts and bytes both as bytes, as the engine does not tell them apart, and times in UTC.</summary>
    public const string ParquetSettings =
        "output_format_parquet_string_as_string = 0, output_format_parquet_compression_method = 'zstd', output_format_parquet_datetime_as_uint32 = 0, session_timezone = 'UTC'";

    /// <summary>A table as a source of rows.</summary>
    public static string Table(string folder) => $"deltaLakeLocal({Text(folder)})";

    /// <summary>The rows of a version, or of the latest one.</summary>
    public static string Rows(string folder, long? version = null) =>
        version is null ? $"SELECT * FROM {Table(folder)}" : $"SELECT * FROM (SELECT * FROM {Table(folder)} SETTINGS delta_lake_snapshot_version = {version})";

    /// <summary>The rows that changed from a version to another, both included.</summary>
    public static string Changes(string folder, long from, long to) =>
        $"SELECT * FROM (SELECT * FROM {Table(folder)} SETTINGS delta_lake_snapshot_start_version = {from}, delta_lake_snapshot_end_version = {to})";

    public static string Name(string name) => $"`{name.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("`", "\\`", StringComparison.Ordinal)}`";

    public static string Text(string text)
    {
        var escaped = new StringBuilder("'");
        foreach (var letter in text)
            escaped.Append(letter is '\'' or '\\' ? $"\\{letter}" : letter.ToString());
        return escaped.Append('\'').ToString();
    }
}
