using System.CommandLine;
using System.Text.Json;
using Tideway.Cli.CommandLine;
using Tideway.Cli.Output;
using Tideway.DeltaLog.Snapshots;

namespace Tideway.Cli.Tables;

/// <summary>Shows what a table is made of.</summary>
internal static class SchemaCommand
{
    private static readonly Column[] Columns =
    [
        Column.Of("Table", "table"),
        Column.Of("Id", "id"),
        Column.Of("Version", "version"),
        Column.Time("Committed", "committed_at"),
        Column.Of("Files", "files"),
        Column.Bytes("Size", "bytes"),
        Column.Of("Rows", "rows"),
        Column.Of("Partitioned by", "partition_columns"),
        Column.Of("Properties", "properties"),
        Column.Of("Reader version", "min_reader_version"),
        Column.Of("Writer version", "min_writer_version"),
        Column.Of("Reader features", "reader_features"),
        Column.Of("Writer features", "writer_features"),
    ];

    public static Command Make(CommandSet commands)
    {
        var table = new LocalTable();
        return commands.Leaf(
            "schema",
            "Show the columns, properties and size of a table",
            "tideway table schema /srv/tables/orders --version 3",
            [table.Path, table.Version, table.Timestamp],
            (call, cancellationToken) =>
                LocalTable.GuardAsync(async () =>
                {
                    var description = Describe(await table.LoadAsync(call, cancellationToken));
                    call.Output.Item(description, Columns);
                    call.Output.Part(
                        "Columns",
                        Json.Items(description, "schema.fields"),
                        Column.Of("NAME", "name"),
                        new Column("TYPE", field => TypeText(field.GetProperty("type"))),
                        Column.Of("NULLABLE", "nullable")
                    );
                })
        );
    }

    private static JsonElement Describe(Snapshot snapshot) =>
        JsonSerializer.SerializeToElement(
            new
            {
                table = snapshot.TableRoot.AbsoluteUri,
                id = snapshot.Metadata.Id,
                version = snapshot.Version,
                committed_at = snapshot.Timestamp.UtcDateTime,
                files = snapshot.FileCount,
                bytes = snapshot.TotalBytes,
                rows = snapshot.NumRecords,
                partition_columns = snapshot.PartitionColumns,
                properties = snapshot.Configuration,
                min_reader_version = snapshot.Protocol.MinReaderVersion,
                min_writer_version = snapshot.Protocol.MinWriterVersion,
                reader_features = snapshot.Protocol.ReaderFeatures,
                writer_features = snapshot.Protocol.WriterFeatures,
                schema = JsonElement.Parse(snapshot.Metadata.SchemaString),
            }
        );

    private static string TypeText(JsonElement type)
    {
        if (type.ValueKind == JsonValueKind.String)
            return type.GetString()!;
        return type.GetProperty("type").GetString() switch
        {
            "array" => $"array<{TypeText(type.GetProperty("elementType"))}>",
            "map" => $"map<{TypeText(type.GetProperty("keyType"))}, {TypeText(type.GetProperty("valueType"))}>",
            "struct" =>
                $"struct<{string.Join(", ", type.GetProperty("fields").EnumerateArray().Select(field => $"{field.GetProperty("name").GetString()}: {TypeText(field.GetProperty("type"))}"))}>",
            var other => other ?? "",
        };
    }
}
