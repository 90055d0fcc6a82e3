using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Schema;
using Tideway.DeltaLog.Snapshots;
using Tideway.DeltaSharing.Server.Tables;

namespace Tideway.ShareRegistry.PlainCopies;

/// <summary>A version of a table as a client sees it that reads only plain Parquet: columns by the names of the schema, no deleted rows.</summary>
internal sealed class PlainView
{
    private static readonly string[] PropertiesLeft = [TableProperties.EnableChangeDataFeed];

    private readonly ColumnMappingMode mode;
    private readonly StructType schema;
    private readonly bool allNeedCopies;
    private readonly byte[] identity;
    private readonly Dictionary<string, string> partitionNames;

    public PlainView(Snapshot snapshot, Uri location)
    {
        Snapshot = snapshot;
        schema = snapshot.Schema;
        mode = ColumnMapping.Of(snapshot.Protocol, snapshot.Metadata);
        allNeedCopies = PlainFormat.FindFault(snapshot.Metadata) is not null;
        identity = SHA256.HashData(
            Encoding.UTF8.GetBytes(
                string.Join('\n', [location.AbsoluteUri, snapshot.Metadata.Id, snapshot.Metadata.SchemaString, .. snapshot.PartitionColumns])
            )
        );
        partitionNames = snapshot
            .PartitionColumns.Select(name => schema.Find(name)!)
            .ToDictionary(field => ColumnMapping.PhysicalName(field, mode), field => field.Name, StringComparer.Ordinal);
        DataColumns = [.. schema.Fields.Select(field => field.Name).Where(name => !snapshot.PartitionColumns.Contains(name, StringComparer.Ordinal))];
        Metadata = allNeedCopies
            ? snapshot.Metadata with
            {
                SchemaString = SchemaJson.Write((StructType)Plain(schema)),
                Configuration = Left(snapshot.Metadata),
            }
            : snapshot.Metadata with
            {
                Configuration = Left(snapshot.Metadata),
            };
    }

    public Snapshot Snapshot { get; }

    /// <summary>The metadata without what such a client must not try to heed.</summary>
    public Metadata Metadata { get; }

    /// <summary>The columns in the files.</summary>
    public IReadOnlyList<string> DataColumns { get; }

    public bool NeedsCopy(AddFile file) => allNeedCopies || file.DeletionVector is not null;

    /// <summary>The name of a file's copy: another one where anything is different that its rows come from.</summary>
    public string KeyOf(AddFile file)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(identity);
        hash.AppendData(Encoding.UTF8.GetBytes($"{file.Path}\n{file.Size}\n{file.ModificationTime}\n{file.DeletionVector?.UniqueId}"));
        var name = Convert.ToHexStringLower(hash.GetHashAndReset());
        return $"{name[..2]}/{name}.parquet";
    }

    /// <summary>What is told of a file's copy.</summary>
    public AddFile Describe(AddFile file, string key, long size) =>
        file with
        {
            Path = key,
            Size = size,
            PartitionValues = file.PartitionValues.ToDictionary(
                pair => partitionNames.GetValueOrDefault(pair.Key, pair.Key),
                pair => pair.Value,
                StringComparer.Ordinal
            ),
            Stats = DescribeStatistics(file),
            DeletionVector = null,
        };

    private string? DescribeStatistics(AddFile file)
    {
        if (file.LogicalRecords() is not { } rows)
            return null;
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            using var document = JsonDocument.Parse(file.Stats!);
            writer.WriteStartObject();
            writer.WriteNumber("numRecords", rows);
            // Bounds hold for the rows that are left, counts do not.
            string[] parts = file.DeletionVector is null ? ["minValues", "maxValues", "nullCount"] : ["minValues", "maxValues"];
            foreach (var part in parts)
            {
                if (!document.RootElement.TryGetProperty(part, out var values) || values.ValueKind != JsonValueKind.Object)
                    continue;
                writer.WritePropertyName(part);
                WriteValues(writer, values, schema);
            }

            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private void WriteValues(Utf8JsonWriter writer, JsonElement values, StructType structure)
    {
        writer.WriteStartObject();
        foreach (var field in structure.Fields)
        {
            if (!values.TryGetProperty(ColumnMapping.PhysicalName(field, mode), out var value))
                continue;
            writer.WritePropertyName(field.Name);
            if (field.Type is StructType inner && value.ValueKind == JsonValueKind.Object)
                WriteValues(writer, value, inner);
            else
                value.WriteTo(writer);
        }

        writer.WriteEndObject();
    }

    private static Dictionary<string, string> Left(Metadata metadata) =>
        metadata.Configuration.Where(pair => PropertiesLeft.Contains(pair.Key)).ToDictionary(pair => pair.Key, pair => pair.Value, StringComparer.Ordinal);

    private static DeltaType Plain(DeltaType type) =>
        type switch
        {
            StructType structure => new StructType([.. structure.Fields.Select(Plain)]),
            ArrayType array => array with { ElementType = Plain(array.ElementType) },
            MapType map => map with { KeyType = Plain(map.KeyType), ValueType = Plain(map.ValueType) },
            _ => type,
        };

    private static StructField Plain(StructField field) =>
        field with
        {
            Type = Plain(field.Type),
            Metadata = field
                .Metadata.Where(pair =>
                    !pair.Key.StartsWith("delta.columnMapping.", StringComparison.Ordinal)
                    && !pair.Key.StartsWith("parquet.field.", StringComparison.Ordinal)
                    && pair.Key != "delta.typeChanges"
                )
                .ToDictionary(pair => pair.Key, pair => pair.Value, StringComparer.Ordinal),
        };
}
