using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tideway.DeltaLog;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Snapshots;
using Tideway.ObjectStorage.Local;

namespace Tideway.Cli.Read;

/// <summary>
/// A Delta table that is what a remote one is and has no files: by it the engine reads files that were brought here, with everything it knows of
/// mapped columns, deleted rows and widened types.
/// </summary>
internal static class EmptyTable
{
    /// <summary>Makes the table in a folder and loads it; refused like any table that the engine cannot read.</summary>
    public static async Task<(LocalObjectStore Store, Snapshot Snapshot)> MakeAsync(
        string folder,
        Protocol protocol,
        Metadata metadata,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        var log = Directory.CreateDirectory(Path.Combine(folder, "_delta_log"));
        var lines = new[]
        {
            new JsonObject
            {
                ["protocol"] = new JsonObject
                {
                    ["minReaderVersion"] = protocol.MinReaderVersion,
                    ["minWriterVersion"] = protocol.MinWriterVersion,
                    ["readerFeatures"] = List(protocol.ReaderFeatures),
                    ["writerFeatures"] = List(protocol.WriterFeatures),
                },
            },
            new JsonObject
            {
                ["metaData"] = new JsonObject
                {
                    ["id"] = metadata.Id,
                    ["name"] = metadata.TableName,
                    ["format"] = new JsonObject { ["provider"] = "parquet", ["options"] = new JsonObject() },
                    ["schemaString"] = metadata.SchemaString,
                    ["partitionColumns"] = List(metadata.PartitionColumns),
                    ["configuration"] = new JsonObject(metadata.Configuration.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value))),
                },
            },
        };
        var commit = string.Concat(lines.Select(line => line.ToJsonString(JsonSerializerOptions.Default) + "\n"));
        await File.WriteAllTextAsync(Path.Combine(log.FullName, $"{0:D20}.json"), commit, new UTF8Encoding(false), cancellationToken);
        var store = new LocalObjectStore(folder);
        return (store, await new DeltaTable(store, time).LoadAsync(cancellationToken: cancellationToken));
    }

    private static JsonArray? List(IReadOnlyList<string>? texts) => texts is null ? null : [.. texts.Select(text => (JsonNode?)text)];
}
