using System.Buffers;
using System.Text;
using System.Text.Json;
using Tideway.DeltaLog.Actions;
using Tideway.DuckDb;

namespace Tideway.DeltaLog.Reading;

/// <summary>Lists of files as one literal each: tens of thousands of separate ones would take DuckDB's parser seconds.</summary>
internal static class FileListSql
{
    /// <summary>The rows of all files, with their columns as <paramref name="columns"/> names them, and <c>filename</c> and <c>file_row_number</c>.</summary>
    public static string ReadParquet(IEnumerable<string> paths, ColumnSql columns)
    {
        return $"read_parquet({List(paths)}, hive_partitioning = false{columns.TextOption}, schema = {columns.SchemaArgument()})";
    }

    // No key holds a control character, so a line end divides them.
    private static string List(IEnumerable<string> paths) => $"string_split({SqlText.Literal(string.Join('\n', paths.Select(GlobText.Escape)))}, chr(10))";

    /// <summary>A table with the columns <c>f</c> (path) and <c>v</c> (a list of texts).</summary>
    public static string Entries(IEnumerable<(string Path, IEnumerable<string?> Values)> entries)
    {
        var json = Json(writer =>
        {
            foreach (var (path, values) in entries)
            {
                writer.WriteStartObject();
                writer.WriteString("f", path);
                writer.WriteStartArray("v");
                foreach (var value in values)
                    writer.WriteStringValue(value);
                writer.WriteEndArray();
                writer.WriteEndObject();
            }
        });
        return $$"""(SELECT e.f AS f, e.v AS v FROM (SELECT unnest(from_json({{json}}, '[{"f":"VARCHAR","v":["VARCHAR"]}]')) AS e))""";
    }

    /// <summary>A JSON array as a literal.</summary>
    public static string Json(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, ActionWriter.JsonOptions))
        {
            writer.WriteStartArray();
            write(writer);
            writer.WriteEndArray();
        }

        return SqlText.Literal(Encoding.UTF8.GetString(buffer.WrittenSpan));
    }
}
