namespace Tideway.DeltaLog.Snapshots;

/// <summary>
/// Names of the table properties that the engine heeds.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#table-properties">Table Properties</see>.
/// </summary>
public static class TableProperties
{
    /// <summary>Whether commits record the rows they change.</summary>
    public const string EnableChangeDataFeed = "delta.enableChangeDataFeed";

    /// <summary>Whether rows can only be added.</summary>
    public const string AppendOnly = "delta.appendOnly";

    /// <summary>Number of commits from one checkpoint to the next; 10 where not set.</summary>
    public const string CheckpointInterval = "delta.checkpointInterval";

    /// <summary>Whether commits carry their own timestamp.</summary>
    public const string EnableInCommitTimestamps = "delta.enableInCommitTimestamps";

    /// <summary>First version with an in-commit timestamp, where not all have one.</summary>
    public const string InCommitTimestampEnablementVersion = "delta.inCommitTimestampEnablementVersion";

    /// <summary>Timestamp of that version, in milliseconds since the epoch.</summary>
    public const string InCommitTimestampEnablementTimestamp = "delta.inCommitTimestampEnablementTimestamp";

    /// <summary>Number of leaf columns, counted from the first, that get statistics; 32 where not set, -1 for all.</summary>
    public const string StatsColumns = "delta.dataSkippingNumIndexedCols";

    /// <summary>The columns that get statistics, divided by commas; where set, <see cref="StatsColumns"/> does not count.</summary>
    public const string StatsColumnNames = "delta.dataSkippingStatsColumns";

    /// <summary>Whether deletions mark rows instead of writing files again.</summary>
    public const string EnableDeletionVectors = "delta.enableDeletionVectors";

    /// <summary>Codec of the data files; zstd where not set.</summary>
    public const string CompressionCodec = "delta.parquet.compression.codec";

    /// <summary>How long removed files are kept, as an interval such as <c>interval 7 days</c>; a week where not set.</summary>
    public const string DeletedFileRetention = "delta.deletedFileRetentionDuration";

    /// <summary>Whether checkpoints hold statistics as JSON; true where not set.</summary>
    public const string CheckpointStatsAsJson = "delta.checkpoint.writeStatsAsJson";

    /// <summary>Whether checkpoints hold statistics in columns; false where not set.</summary>
    public const string CheckpointStatsAsStruct = "delta.checkpoint.writeStatsAsStruct";

    /// <summary>Whether checkpoints are <c>classic</c> (where not set) or <c>v2</c>, which the table's protocol must allow.</summary>
    public const string CheckpointPolicy = "delta.checkpointPolicy";

    /// <summary>How long commits are kept, as an interval; 30 days where not set.</summary>
    public const string LogRetention = "delta.logRetentionDuration";

    /// <summary>How long it is remembered how far an application got, as an interval; for ever where not set.</summary>
    public const string TransactionRetention = "delta.setTransactionRetentionDuration";

    /// <summary>Whether expired commits are deleted; true where not set.</summary>
    public const string EnableExpiredLogCleanup = "delta.enableExpiredLogCleanup";

    /// <summary><c>Serializable</c> where not set, or <c>WriteSerializable</c>.</summary>
    public const string IsolationLevel = "delta.isolationLevel";

    /// <summary>Whether rows keep their ids.</summary>
    public const string EnableRowTracking = "delta.enableRowTracking";

    /// <summary>Whether writers give out no row ids, though the protocol allows for them.</summary>
    public const string RowTrackingSuspended = "delta.rowTrackingSuspended";

    /// <summary>Whether columns may be widened.</summary>
    public const string EnableTypeWidening = "delta.enableTypeWidening";

    /// <summary>Size that data files should have, in bytes.</summary>
    public const string TargetFileSize = "delta.targetFileSize";
}
