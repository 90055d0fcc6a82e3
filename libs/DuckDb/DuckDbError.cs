namespace Tideway.DuckDb;

/// <summary>What kind of failure DuckDB reports; the values are those of duckdb_error_type.</summary>
public enum DuckDbError
{
    /// <summary>No kind is known.</summary>
    Invalid = 0,

    /// <summary>A value lies outside of what its type holds.</summary>
    OutOfRange = 1,

    /// <summary>A value cannot be cast.</summary>
    Conversion = 2,

    /// <summary>A type is not known.</summary>
    UnknownType = 3,

    /// <summary>A decimal does not fit its width and scale.</summary>
    Decimal = 4,

    /// <summary>Two types do not match.</summary>
    MismatchType = 5,

    /// <summary>A division by zero.</summary>
    DivideByZero = 6,

    /// <summary>An object is too large.</summary>
    ObjectSize = 7,

    /// <summary>A type is not valid here.</summary>
    InvalidType = 8,

    /// <summary>Serialized data cannot be read.</summary>
    Serialization = 9,

    /// <summary>The transaction conflicts with another, or was aborted.</summary>
    Transaction = 10,

    /// <summary>DuckDB, or this library, does not support it.</summary>
    NotImplemented = 11,

    /// <summary>An expression cannot be evaluated.</summary>
    Expression = 12,

    /// <summary>A table, function or other entry is missing or exists already.</summary>
    Catalog = 13,

    /// <summary>The SQL text cannot be parsed.</summary>
    Parser = 14,

    /// <summary>The query cannot be planned.</summary>
    Planner = 15,

    /// <summary>The query cannot be scheduled.</summary>
    Scheduler = 16,

    /// <summary>The query cannot be executed.</summary>
    Executor = 17,

    /// <summary>A key, check or not-null constraint is violated.</summary>
    Constraint = 18,

    /// <summary>An index cannot be used.</summary>
    Index = 19,

    /// <summary>Statistics cannot be used.</summary>
    Stat = 20,

    /// <summary>The connection is not usable.</summary>
    Connection = 21,

    /// <summary>A statement is not understood.</summary>
    Syntax = 22,

    /// <summary>A setting is not valid.</summary>
    Settings = 23,

    /// <summary>A name or type in the SQL does not fit the tables.</summary>
    Binder = 24,

    /// <summary>A network request failed.</summary>
    Network = 25,

    /// <summary>The query cannot be optimized.</summary>
    Optimizer = 26,

    /// <summary>A null reference inside DuckDB.</summary>
    NullPointer = 27,

    /// <summary>A file cannot be read or written.</summary>
    Io = 28,

    /// <summary>The query was interrupted.</summary>
    Interrupt = 29,

    /// <summary>The database is no longer usable; close it.</summary>
    Fatal = 30,

    /// <summary>A defect in DuckDB.</summary>
    Internal = 31,

    /// <summary>The request makes no sense to DuckDB, or the configuration forbids it.</summary>
    InvalidInput = 32,

    /// <summary>The memory limit or the limit of the temporary files is reached.</summary>
    OutOfMemory = 33,

    /// <summary>The configuration of the database forbids it.</summary>
    Permission = 34,

    /// <summary>The type of a parameter cannot be told.</summary>
    ParameterNotResolved = 35,

    /// <summary>A parameter stands where none is allowed.</summary>
    ParameterNotAllowed = 36,

    /// <summary>Another entry depends on the one to be dropped.</summary>
    Dependency = 37,

    /// <summary>An HTTP request failed.</summary>
    Http = 38,

    /// <summary>An extension is needed that is not loaded.</summary>
    MissingExtension = 39,

    /// <summary>An extension could not be loaded by itself.</summary>
    Autoload = 40,

    /// <summary>A sequence is exhausted or not yet used.</summary>
    Sequence = 41,

    /// <summary>A file is damaged.</summary>
    DataCorruption = 43,

    /// <summary>A setting is unknown or has no valid value.</summary>
    InvalidConfiguration = 42,
}
