using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Features;
using Tideway.DeltaLog.Schema;
using Tideway.DeltaLog.Snapshots;
using Tideway.DeltaSharing.Protocol;
using Tideway.DeltaSharing.Protocol.Lines;
using Tideway.DeltaSharing.Server.Answers;
using TableProtocol = Tideway.DeltaLog.Actions.Protocol;

namespace Tideway.DeltaSharing.Server.Tables;

/// <summary>
/// What of a table's protocol and properties concerns those who read its files by signed addresses. They see neither the log nor its checkpoints, and
/// they never write: features for that alone would only turn away clients that can read the rows.
/// </summary>
public sealed class RecipientProtocol
{
    private static readonly HashSet<string> ForReadersOfTheLog = new(StringComparer.Ordinal) { TableFeatures.V2Checkpoint, "vacuumProtocolCheck" };

    // What the schema or a property that is sent makes active: clients refuse metadata whose feature the protocol lacks.
    private static readonly HashSet<string> WriterFeaturesSent = new(StringComparer.Ordinal)
    {
        TableFeatures.AppendOnly,
        TableFeatures.ChangeDataFeed,
        TableFeatures.Invariants,
        TableFeatures.GeneratedColumns,
        TableFeatures.IdentityColumns,
        TableFeatures.ColumnDefaults,
    };

    private static readonly HashSet<string> PropertiesSent = new(StringComparer.Ordinal)
    {
        TableProperties.AppendOnly,
        TableProperties.EnableChangeDataFeed,
        TableProperties.EnableDeletionVectors,
        TableProperties.EnableTypeWidening,
        ColumnMapping.ModeProperty,
        "delta.columnMapping.maxColumnId",
        "delta.enableVariantShredding",
    };

    private readonly TableProtocol protocol;

    private RecipientProtocol(TableProtocol protocol, IReadOnlyList<string> readerFeatures)
    {
        this.protocol = protocol;
        ReaderFeatures = readerFeatures;
    }

    /// <summary>The features that a reader of the files must know, as the table names them; those of older versions by the names they have got since.</summary>
    public IReadOnlyList<string> ReaderFeatures { get; }

    /// <summary>What concerns recipients of a version with this protocol and metadata.</summary>
    public static RecipientProtocol Of(TableProtocol protocol, Metadata metadata)
    {
        ArgumentNullException.ThrowIfNull(protocol);
        ArgumentNullException.ThrowIfNull(metadata);
        var features = (protocol.ReaderFeatures ?? []).Where(name => !ForReadersOfTheLog.Contains(name)).ToList();
        if (!features.Contains(TableFeatures.ColumnMapping) && ColumnMapping.Of(protocol, metadata) != ColumnMappingMode.None)
            features.Add(TableFeatures.ColumnMapping);
        return new RecipientProtocol(protocol, features);
    }

    /// <summary>The properties of a table that recipients are told, in the order that the log has them. What else an owner notes on a table is not for others.</summary>
    public static Dictionary<string, string> PropertiesOf(Metadata metadata)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        return metadata
            .Configuration.Where(pair => PropertiesSent.Contains(pair.Key))
            .ToDictionary(pair => pair.Key, pair => pair.Value, StringComparer.Ordinal);
    }

    /// <summary>
    /// The format of an answer: the one that the client takes; where it takes both, parquet unless the table has features that the format has no place for.
    /// </summary>
    public ResponseFormats Choose(SharingCapabilities capabilities)
    {
        ArgumentNullException.ThrowIfNull(capabilities);
        return capabilities.ResponseFormats switch
        {
            ResponseFormats.Parquet => ResponseFormats.Parquet,
            ResponseFormats.Delta => ResponseFormats.Delta,
            _ => ReaderFeatures.Count > 0 ? ResponseFormats.Delta : ResponseFormats.Parquet,
        };
    }

    /// <summary>The refusal of a client that does not know a feature of the table, in the delta format; <see langword="null"/> where it knows them all.</summary>
    public ProtocolRefusal? FindUnknown(SharingCapabilities capabilities, string fullName)
    {
        ArgumentNullException.ThrowIfNull(capabilities);
        var unknown = ReaderFeatures.Where(name => !Knows(capabilities, name)).ToList();
        return unknown.Count == 0
            ? null
            : ProtocolRefusals.Unsupported(
                $"Unsupported Delta Table Properties: reading {fullName} needs the reader features {string.Join(", ", unknown)}, "
                    + $"which the client does not name in {HeaderNames.Capabilities}: readerfeatures."
            );
    }

    /// <summary>The protocol as recipients are told it.</summary>
    public DeltaProtocol ToDelta()
    {
        var hasWriterFeatures = protocol.MinWriterVersion >= 7;
        var readerVersion =
            ReaderFeatures.Count == 0 ? 1
            : protocol.MinReaderVersion == 2 ? 2
            : 3;
        return new DeltaProtocol
        {
            MinReaderVersion = readerVersion,
            MinWriterVersion = readerVersion == 3 ? 7 : protocol.MinWriterVersion,
            ReaderFeatures = readerVersion == 3 ? ReaderFeatures : null,
            WriterFeatures =
                hasWriterFeatures || readerVersion == 3
                    ? [.. ReaderFeatures, .. (protocol.WriterFeatures ?? []).Where(name => WriterFeaturesSent.Contains(name) && !ReaderFeatures.Contains(name))]
                    : null,
        };
    }

    private static bool Knows(SharingCapabilities capabilities, string feature) =>
        capabilities.ReaderFeatures.Contains(feature.ToLowerInvariant())
        || (feature == "timestampWithoutTimezone" && capabilities.ReaderFeatures.Contains(TableFeatures.TimestampNtz.ToLowerInvariant()));
}
