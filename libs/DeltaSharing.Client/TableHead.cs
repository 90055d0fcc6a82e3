using Tideway.DeltaSharing.Client.Transport;
using Tideway.DeltaSharing.Protocol;
using Tideway.DeltaSharing.Protocol.Lines;

namespace Tideway.DeltaSharing.Client;

/// <summary>The two lines that every table answer begins with, in either format.</summary>
internal static class TableHead
{
    private const int FeatureVersion = 3;

    // What reader versions below 3 stand for.
    private static readonly string[] OfVersion2 = ["columnMapping"];

    public static (ProtocolLine Protocol, MetadataLine Metadata) ReadParquet(Answer answer, SharingLine? first, SharingLine? second)
    {
        var protocol = first as ProtocolLine ?? throw answer.Malformed("a protocol line first");
        if (protocol.MinReaderVersion > 1)
            throw new DeltaSharingException(
                DeltaSharingError.Unsupported,
                $"{answer.Source}: the table needs a reader of version {protocol.MinReaderVersion}, this is one of version 1."
            )
            {
                RequestId = answer.RequestId,
            };
        return (protocol, second as MetadataLine ?? throw answer.Malformed("a metaData line second"));
    }

    /// <summary>The head of an answer in the delta format; <see langword="null"/> where it is in the other.</summary>
    public static DeltaDescription? ReadDelta(Answer answer, DeltaSharingClientOptions options, SharingLine? first, SharingLine? second)
    {
        if (first is not DeltaProtocolLine protocol)
            return null;
        if (!options.ResponseFormats.HasFlag(ResponseFormats.Delta))
            throw answer.Malformed("the parquet format, which is the only one that was asked for");
        var metadata = second as DeltaMetadataLine ?? throw answer.Malformed("a metaData line with deltaMetadata second");
        var needed = protocol.DeltaProtocol.MinReaderVersion switch
        {
            >= FeatureVersion => protocol.DeltaProtocol.ReaderFeatures ?? [],
            2 => OfVersion2,
            _ => [],
        };
        var unknown = needed.Except(options.ReaderFeatures, StringComparer.OrdinalIgnoreCase).ToList();
        if (unknown.Count > 0 || protocol.DeltaProtocol.MinReaderVersion > FeatureVersion)
            throw new DeltaSharingException(
                DeltaSharingError.Unsupported,
                unknown.Count > 0
                    ? $"{answer.Source}: the table needs readers with {string.Join(", ", unknown)}, which are not among those that the caller knows."
                    : $"{answer.Source}: the table needs a reader of version {protocol.DeltaProtocol.MinReaderVersion}, more than {FeatureVersion}."
            )
            {
                RequestId = answer.RequestId,
            };
        return new DeltaDescription(protocol.DeltaProtocol, metadata.DeltaMetadata);
    }

    /// <summary>The same in the words of the parquet format, as far as that has words for it.</summary>
    public static (ProtocolLine Protocol, MetadataLine Metadata) Of(DeltaDescription delta) =>
        (
            new ProtocolLine { MinReaderVersion = delta.Protocol.MinReaderVersion },
            new MetadataLine
            {
                Id = delta.Metadata.Id,
                Name = delta.Metadata.Name,
                Description = delta.Metadata.Description,
                SchemaString = delta.Metadata.SchemaString,
                PartitionColumns = delta.Metadata.PartitionColumns,
                Configuration = delta.Metadata.Configuration,
            }
        );
}
