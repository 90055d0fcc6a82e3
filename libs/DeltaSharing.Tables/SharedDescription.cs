using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Features;
using Tideway.DeltaLog.Schema;
using Tideway.DeltaSharing.Client;
using Tideway.DeltaSharing.Protocol.Lines;
using TableProtocol = Tideway.DeltaLog.Actions.Protocol;

namespace Tideway.DeltaSharing.Tables;

/// <summary>What an answer says that the table is, in either format, in the words of a Delta log.</summary>
/// <param name="Protocol">What readers of the table's files must know; nothing that is asked of readers of its log.</param>
/// <param name="Metadata">
/// The remote table's id, name, schema and partition columns. Of its settings only those of column mapping: the others are about writing, and about a log that is
/// not here.
/// </param>
public sealed record SharedDescription(TableProtocol Protocol, Metadata Metadata)
{
    private const string MappingSettings = "delta.columnMapping.";
    private const string PhysicalName = MappingSettings + "physicalName";
    private const int MappingReaderVersion = 2;

    private static readonly Dictionary<string, string> NoSettings = new(StringComparer.Ordinal);

    /// <summary>What the answer to a query or for changes begins with.</summary>
    public static SharedDescription Of(TableStream answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        return Of(answer.Delta, answer.Metadata);
    }

    /// <summary>What the answer of the metadata call is.</summary>
    public static SharedDescription Of(TableMetadata answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        return Of(answer.Delta, answer.Metadata);
    }

    /// <summary>The metadata of a line among the files, which holds from a version on; <see langword="null"/> for a line that is none.</summary>
    public Metadata? MetadataOf(SharingLine line) =>
        line switch
        {
            DeltaMetadataLine delta => Of(Protocol, delta.DeltaMetadata),
            MetadataLine plain => Of(plain),
            _ => null,
        };

    private static SharedDescription Of(DeltaDescription? delta, MetadataLine plain)
    {
        // The parquet format is what every reader knows.
        if (delta is null)
            return new SharedDescription(new TableProtocol { MinReaderVersion = 1, MinWriterVersion = 2 }, Of(plain));
        var protocol = Of(delta.Protocol);
        return new SharedDescription(protocol, Of(protocol, delta.Metadata));
    }

    private static TableProtocol Of(DeltaProtocol protocol) =>
        new()
        {
            MinReaderVersion = protocol.MinReaderVersion,
            MinWriterVersion = protocol.MinWriterVersion,
            ReaderFeatures = Needed(protocol.ReaderFeatures),
            WriterFeatures = Needed(protocol.WriterFeatures),
        };

    private static List<string>? Needed(IReadOnlyList<string>? features) => features?.Where(feature => !SharedFeatures.IsOfTheLog(feature)).ToList();

    // Files of the parquet format have columns by name, whatever the settings of the table say.
    private static Metadata Of(MetadataLine line) =>
        new()
        {
            Id = line.Id,
            TableName = line.Name,
            Description = line.Description,
            SchemaString = line.SchemaString,
            PartitionColumns = line.PartitionColumns,
            Configuration = NoSettings,
        };

    private static Metadata Of(TableProtocol protocol, DeltaMetadata delta) =>
        new()
        {
            Id = delta.Id,
            TableName = delta.Name,
            Description = delta.Description,
            SchemaString = delta.SchemaString,
            PartitionColumns = delta.PartitionColumns,
            Configuration = CanMap(protocol) ? MappingOf(delta) : NoSettings,
        };

    // The settings count only where the protocol has the feature, for readers or, as some writers have it, for writers only.
    private static bool CanMap(TableProtocol protocol) =>
        protocol.MinReaderVersion == MappingReaderVersion
        || protocol.ReaderFeatures?.Contains(TableFeatures.ColumnMapping) == true
        || protocol.WriterFeatures?.Contains(TableFeatures.ColumnMapping) == true;

    private static Dictionary<string, string> MappingOf(DeltaMetadata delta)
    {
        var settings = delta
            .Configuration.Where(pair => pair.Key.StartsWith(MappingSettings, StringComparison.Ordinal))
            .ToDictionary(pair => pair.Key, pair => pair.Value, StringComparer.Ordinal);
        // A server that tells few settings may leave out the mode. Columns that have other names in files must not be looked for by their own: none would be found, and
        // all values would be null. Files have those names in either mode.
        if (delta.SchemaString.Contains(PhysicalName, StringComparison.Ordinal))
            settings.TryAdd(ColumnMapping.ModeProperty, "name");
        return settings;
    }
}
