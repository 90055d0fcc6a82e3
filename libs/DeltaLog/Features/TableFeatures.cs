using System.Collections.Frozen;

namespace Tideway.DeltaLog.Features;

/// <summary>Every feature the engine knows, and what it can do with it. A feature that is not here is refused.</summary>
public static class TableFeatures
{
    /// <summary>Reader versions up to this one are understood.</summary>
    public const int MaxReaderVersion = 3;

    /// <summary>Writer versions up to this one are understood.</summary>
    public const int MaxWriterVersion = 7;

    /// <summary>Name of the feature for timestamps without a zone.</summary>
    public const string TimestampNtz = "timestampNtz";

    /// <summary>Name of the feature for mapped columns.</summary>
    public const string ColumnMapping = "columnMapping";

    /// <summary>Name of the feature for deletion vectors.</summary>
    public const string DeletionVectors = "deletionVectors";

    /// <summary>Name of the feature for the change data feed.</summary>
    public const string ChangeDataFeed = "changeDataFeed";

    /// <summary>Name of the feature for in-commit timestamps.</summary>
    public const string InCommitTimestamp = "inCommitTimestamp";

    /// <summary>Name of the feature for tables that only grow.</summary>
    public const string AppendOnly = "appendOnly";

    /// <summary>Name of the feature for column invariants.</summary>
    public const string Invariants = "invariants";

    /// <summary>Name of the feature for check constraints.</summary>
    public const string CheckConstraints = "checkConstraints";

    /// <summary>Name of the feature for generated columns.</summary>
    public const string GeneratedColumns = "generatedColumns";

    /// <summary>Name of the feature for identity columns.</summary>
    public const string IdentityColumns = "identityColumns";

    /// <summary>Name of the feature for column defaults.</summary>
    public const string ColumnDefaults = "allowColumnDefaults";

    /// <summary>Name of the feature for rows that keep their ids.</summary>
    public const string RowTracking = "rowTracking";

    /// <summary>Name of the feature for configuration by domain.</summary>
    public const string DomainMetadata = "domainMetadata";

    /// <summary>Name of the feature for checkpoints with sidecars.</summary>
    public const string V2Checkpoint = "v2Checkpoint";

    /// <summary>Name of the feature for widened columns.</summary>
    public const string TypeWidening = "typeWidening";

    private const FeatureSupport ReadAndCommit = FeatureSupport.Read | FeatureSupport.Commit;

    /// <summary>All of them, by name.</summary>
    public static FrozenDictionary<string, TableFeature> All { get; } =
        new TableFeature[]
        {
            // Rules in the words of other engines are refused where they cannot be kept: see Rules.
            new(AppendOnly, ForReaders: false, FeatureSupport.Full, LegacyWriterVersion: 2),
            new(Invariants, ForReaders: false, FeatureSupport.Full, LegacyWriterVersion: 2),
            new(CheckConstraints, ForReaders: false, FeatureSupport.Full, LegacyWriterVersion: 3),
            new(ChangeDataFeed, ForReaders: false, FeatureSupport.Full, LegacyWriterVersion: 4),
            new(GeneratedColumns, ForReaders: false, FeatureSupport.Full, LegacyWriterVersion: 4),
            new(ColumnMapping, ForReaders: true, FeatureSupport.Full, LegacyReaderVersion: 2, LegacyWriterVersion: 5),
            new(IdentityColumns, ForReaders: false, FeatureSupport.Full, LegacyWriterVersion: 6),
            new(ColumnDefaults, ForReaders: false, FeatureSupport.Full),
            new(DeletionVectors, ForReaders: true, FeatureSupport.Full),
            new(TimestampNtz, ForReaders: true, FeatureSupport.Full),
            new(TypeWidening, ForReaders: true, FeatureSupport.Full),
            new("typeWidening-preview", ForReaders: true, FeatureSupport.Full),
            new(DomainMetadata, ForReaders: false, FeatureSupport.Full),
            new(V2Checkpoint, ForReaders: true, FeatureSupport.Full),
            new("vacuumProtocolCheck", ForReaders: true, FeatureSupport.Full),
            new(InCommitTimestamp, ForReaders: false, FeatureSupport.Full),
            new("clustering", ForReaders: false, FeatureSupport.Full),
            new(RowTracking, ForReaders: false, FeatureSupport.Full),
            // Read as JSON; a writer would have to make their binary form.
            new("variantType", ForReaders: true, ReadAndCommit) { Note = "as JSON" },
            new("variantType-preview", ForReaders: true, ReadAndCommit) { Note = "as JSON" },
            new("variantShredding", ForReaders: true, ReadAndCommit) { Note = "as JSON; shredded files must have Parquet's annotation for variants" },
            new("variantShredding-preview", ForReaders: true, ReadAndCommit) { Note = "as JSON; shredded files must have Parquet's annotation for variants" },
            new("timestampWithoutTimezone", ForReaders: true, FeatureSupport.Read) { Note = "another name for timestampNtz that some tables have" },
            // Writers would have to keep to another format's rules.
            new("icebergCompatV1", ForReaders: false, FeatureSupport.Read),
            new("icebergCompatV2", ForReaders: false, FeatureSupport.Read),
            new("icebergCompatV3", ForReaders: false, FeatureSupport.Read),
            new("icebergWriterCompatV1", ForReaders: false, FeatureSupport.Read),
            new("icebergWriterCompatV3", ForReaders: false, FeatureSupport.Read),
            // Data files would have to hold the partition columns too; those that are there are ignored, as the log has them.
            new("materializePartitionColumns", ForReaders: false, ReadAndCommit),
            new("columnMappingUsageTracking", ForReaders: false, FeatureSupport.Read),
            new("checkpointProtection", ForReaders: false, FeatureSupport.Read),
            new("collations", ForReaders: false, FeatureSupport.Read) { Note = "strings are compared by their bytes" },
            new("collations-preview", ForReaders: false, FeatureSupport.Read) { Note = "strings are compared by their bytes" },
            // What a reader must not guess at.
            new("catalogManaged", ForReaders: true, FeatureSupport.None) { Note = "only the table's catalog knows its latest commits" },
            new("catalogOwned-preview", ForReaders: true, FeatureSupport.None) { Note = "only the table's catalog knows its latest commits" },
            new("redirectReaderWriter-preview", ForReaders: true, FeatureSupport.None) { Note = "the table is at another place" },
            new("adaptiveMetadata-preview", ForReaders: true, FeatureSupport.None) { Note = "files are listed in Iceberg manifests" },
            new("geospatial", ForReaders: true, FeatureSupport.None) { Note = "types geometry and geography" },
            new("timestampNanos", ForReaders: true, FeatureSupport.None) { Note = "timestamps in nanoseconds" },
        }.ToFrozenDictionary(feature => feature.Name, StringComparer.Ordinal);
}
