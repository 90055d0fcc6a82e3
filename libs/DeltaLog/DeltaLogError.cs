namespace Tideway.DeltaLog;

/// <summary>What kept the engine from doing what was asked.</summary>
public enum DeltaLogError
{
    /// <summary>There is no transaction log where a table was expected.</summary>
    NotADeltaTable,

    /// <summary>A log file, schema or deletion vector cannot be understood: truncated, malformed or contradicting the protocol.</summary>
    CorruptLog,

    /// <summary>Commits that are needed to rebuild the version are missing.</summary>
    MissingCommits,

    /// <summary>The version asked for does not exist, not yet or no longer.</summary>
    VersionNotFound,

    /// <summary>The table needs a reader feature or version that is not supported.</summary>
    UnsupportedReaderFeature,

    /// <summary>The table needs a writer feature or version that is not supported.</summary>
    UnsupportedWriterFeature,

    /// <summary>A column has a type that is not supported.</summary>
    UnsupportedType,

    /// <summary>The operation needs a store on local disk.</summary>
    NotSupportedByStore,

    /// <summary>A data file of the snapshot is gone.</summary>
    DataFileMissing,

    /// <summary>A data file lies outside the table's folder.</summary>
    FileOutsideTable,

    /// <summary>The change data feed was not enabled for a version of the range.</summary>
    ChangeDataFeedDisabled,

    /// <summary>The schema changed within a range in a way that keeps its rows from being read together.</summary>
    IncompatibleSchemaChange,

    /// <summary>Another writer committed something that this transaction must not overlook.</summary>
    Conflict,

    /// <summary>The commit may or may not have happened; its files were left in place.</summary>
    CommitOutcomeUnknown,

    /// <summary>There is a table already.</summary>
    TableExists,

    /// <summary>The rows do not fit the table: columns, types, nulls, or keys that match more than once.</summary>
    InvalidData,

    /// <summary>The table only allows rows to be appended.</summary>
    AppendOnly,

    /// <summary>A constraint, a property, the partitioning or another column needs the column that was to change.</summary>
    ColumnInUse,

    /// <summary>There is a column of that name already.</summary>
    ColumnExists,

    /// <summary>A table property is unknown, has no such value, or does not allow what was asked.</summary>
    InvalidProperty,

    /// <summary>Files would be deleted that others may still need.</summary>
    RetentionTooShort,
}
