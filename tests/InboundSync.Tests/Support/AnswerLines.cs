using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Features;
using Tideway.DeltaLog.Snapshots;
using Tideway.DeltaSharing.Protocol;
using Tideway.DeltaSharing.Protocol.Lines;

namespace Tideway.InboundSync.Tests.Support;

/// <summary>Which response formats a provider knows.</summary>
internal enum KnownFormats
{
    /// <summary>Only parquet; what clients ask for is not looked at, and tables are sent as if they were plain.</summary>
    Parquet,

    /// <summary>Only delta, to whoever takes it.</summary>
    Delta,

    /// <summary>Both: delta for tables that need reader features.</summary>
    Both,
}

/// <summary>The lines of an answer in one of the formats.</summary>
internal sealed class AnswerLines(ResponseFormats format, FakeProvider provider, string name, Uri root, string? fileIdHash)
{
    public bool IsDelta => format == ResponseFormats.Delta;

    /// <summary>The format of an answer; <see langword="null"/> where the client does not know what the table needs.</summary>
    public static ResponseFormats? Choose(HttpContext context, FakeProvider provider, Snapshot table)
    {
        if (provider.Formats == KnownFormats.Parquet)
            return ResponseFormats.Parquet;
        var client = SharingCapabilities.Parse(context.Request.Headers[HeaderNames.Capabilities]);
        var needed = FeaturesOf(table);
        if (provider.Formats == KnownFormats.Both && needed.Count == 0)
            return ResponseFormats.Parquet;
        return client.ResponseFormats.HasFlag(ResponseFormats.Delta) && needed.All(feature => client.ReaderFeatures.Contains(feature.ToLowerInvariant()))
            ? ResponseFormats.Delta
            : null;
    }

    public static IReadOnlyList<string> FeaturesOf(Snapshot table) =>
        table.Protocol.MinReaderVersion == 2 ? [TableFeatures.ColumnMapping] : table.Protocol.ReaderFeatures ?? [];

    public SharingLine Protocol(Protocol protocol) =>
        IsDelta
            ? new DeltaProtocolLine
            {
                DeltaProtocol = new DeltaProtocol
                {
                    MinReaderVersion = protocol.MinReaderVersion,
                    MinWriterVersion = protocol.MinWriterVersion,
                    ReaderFeatures = protocol.ReaderFeatures,
                    WriterFeatures = protocol.WriterFeatures,
                },
            }
            : new ProtocolLine { MinReaderVersion = 1 };

    public SharingLine Metadata(Metadata metadata) =>
        IsDelta
            ? new DeltaMetadataLine
            {
                DeltaMetadata = new DeltaMetadata
                {
                    Id = metadata.Id,
                    Name = metadata.TableName,
                    SchemaString = metadata.SchemaString,
                    PartitionColumns = metadata.PartitionColumns,
                    Configuration = metadata.Configuration,
                },
            }
            : new MetadataLine
            {
                Id = metadata.Id,
                Name = metadata.TableName,
                SchemaString = metadata.SchemaString,
                PartitionColumns = metadata.PartitionColumns,
                Configuration = metadata.Configuration,
            };

    public SharingLine File(AddFile file) =>
        IsDelta
            ? Delta("add", file.Path, Body(file), file.DeletionVector, version: null)
            : new FileLine
            {
                Url = provider.UrlOf(name, file.Path),
                Id = IdOf(file.Path),
                PartitionValues = file.PartitionValues,
                Size = file.Size,
                Stats = file.Stats,
            };

    public SharingLine Add(AddFile file, long version) =>
        IsDelta
            ? Delta("add", file.Path, Body(file), file.DeletionVector, version)
            : new AddLine
            {
                Url = provider.UrlOf(name, file.Path),
                Id = IdOf(file.Path),
                PartitionValues = file.PartitionValues,
                Size = file.Size,
                Stats = file.Stats,
                Version = version,
                Timestamp = version,
            };

    public SharingLine Remove(RemoveFile file, long version) =>
        IsDelta
            ? Delta("remove", file.Path, Body(file), file.DeletionVector, version)
            : new RemoveLine
            {
                Url = provider.UrlOf(name, file.Path),
                Id = IdOf(file.Path),
                PartitionValues = file.PartitionValues!,
                Size = file.Size!.Value,
                Version = version,
                Timestamp = version,
            };

    public SharingLine Cdc(AddCdcFile file, long version) =>
        IsDelta
            ? Delta("cdc", file.Path, Body(file.PartitionValues, file.Size), null, version)
            : new CdfLine
            {
                Url = provider.UrlOf(name, file.Path),
                Id = IdOf(file.Path),
                PartitionValues = file.PartitionValues,
                Size = file.Size,
                Version = version,
                Timestamp = version,
            };

    private static JsonObject Body(IReadOnlyDictionary<string, string?>? partitionValues, long size) =>
        new()
        {
            ["partitionValues"] = new JsonObject(
                (partitionValues ?? new Dictionary<string, string?>()).Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value))
            ),
            ["size"] = size,
            ["dataChange"] = true,
        };

    private JsonObject Body(RemoveFile file)
    {
        var body = Body(file.PartitionValues, file.Size!.Value);
        if (!provider.TellsSizesOfFilesThatWent)
            body.Remove("size");
        return body;
    }

    private JsonObject Body(AddFile file)
    {
        var body = Body(file.PartitionValues, file.Size);
        body["modificationTime"] = file.ModificationTime;
        if (file.Stats is not null && provider.TellsStatistics)
            body["stats"] = file.Stats;
        return body;
    }

    private DeltaFileLine Delta(string kind, string path, JsonObject body, DeletionVectorDescriptor? vector, long? version)
    {
        body["path"] = provider.UrlOf(name, path);
        string? vectorFile = null;
        if (vector is not null)
        {
            vectorFile = vector.Key(root);
            var told = provider.TellVector(vector);
            body["deletionVector"] = new JsonObject
            {
                ["storageType"] = vectorFile is null ? "i" : "p",
                ["pathOrInlineDv"] = vectorFile is null ? told.PathOrInlineDv : provider.VectorUrlOf(name, path, vectorFile),
                ["offset"] = told.Offset,
                ["sizeInBytes"] = told.SizeInBytes,
                ["cardinality"] = told.Cardinality,
            };
        }

        return new DeltaFileLine
        {
            Id = IdOf(path),
            DeletionVectorFileId =
                vectorFile is null || !provider.TellsVectorFiles || provider.VectorAddresses != VectorAddresses.NamedByDelta ? null : IdOf(vectorFile),
            Version = version,
            Timestamp = version,
            DeltaSingleAction = JsonSerializer.SerializeToElement(new JsonObject { [kind] = body }),
        };
    }

    private string IdOf(string path)
    {
        var isDelta = provider.KnowsFileIdHash && !string.IsNullOrEmpty(fileIdHash) ? fileIdHash == "delta" : IsDelta;
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes((isDelta ? "delta " : "parquet ") + path)));
    }
}
