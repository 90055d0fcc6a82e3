namespace Tideway.DuckDb;

/// <summary>What a statement does; the values are those of duckdb_statement_type.</summary>
public enum DuckDbStatementKind
{
    /// <summary>Not known.</summary>
    Invalid = 0,

    /// <summary>SELECT, VALUES or any other query.</summary>
    Select = 1,

    /// <summary>INSERT.</summary>
    Insert = 2,

    /// <summary>UPDATE.</summary>
    Update = 3,

    /// <summary>EXPLAIN.</summary>
    Explain = 4,

    /// <summary>DELETE.</summary>
    Delete = 5,

    /// <summary>PREPARE.</summary>
    Prepare = 6,

    /// <summary>CREATE.</summary>
    Create = 7,

    /// <summary>EXECUTE.</summary>
    Execute = 8,

    /// <summary>ALTER.</summary>
    Alter = 9,

    /// <summary>BEGIN, COMMIT or ROLLBACK.</summary>
    Transaction = 10,

    /// <summary>COPY.</summary>
    Copy = 11,

    /// <summary>ANALYZE.</summary>
    Analyze = 12,

    /// <summary>SET VARIABLE.</summary>
    VariableSet = 13,

    /// <summary>CREATE FUNCTION.</summary>
    CreateFunction = 14,

    /// <summary>DROP.</summary>
    Drop = 15,

    /// <summary>EXPORT.</summary>
    Export = 16,

    /// <summary>PRAGMA.</summary>
    Pragma = 17,

    /// <summary>VACUUM.</summary>
    Vacuum = 18,

    /// <summary>CALL.</summary>
    Call = 19,

    /// <summary>SET.</summary>
    Set = 20,

    /// <summary>LOAD.</summary>
    Load = 21,

    /// <summary>A relation built by code.</summary>
    Relation = 22,

    /// <summary>A statement of an extension.</summary>
    Extension = 23,

    /// <summary>A plan built by code.</summary>
    LogicalPlan = 24,

    /// <summary>ATTACH.</summary>
    Attach = 25,

    /// <summary>DETACH.</summary>
    Detach = 26,

    /// <summary>Several statements in one.</summary>
    Multi = 27,

    /// <summary>COPY DATABASE.</summary>
    CopyDatabase = 28,

    /// <summary>UPDATE EXTENSIONS.</summary>
    UpdateExtensions = 29,

    /// <summary>MERGE INTO.</summary>
    MergeInto = 30,
}
