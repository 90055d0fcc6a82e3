namespace Tideway.DeltaLog.Writing;

/// <summary>Rows to merge into a table by key.</summary>
public sealed record MergeRequest
{
    /// <summary>
    /// A SELECT whose columns are named like the table's, regardless of casing. Further columns may be there for the conditions. Columns that
    /// are missing stay as they are in rows that match, and are null in new ones. No two rows may have the same key.
    /// </summary>
    public required string SourceSql { get; init; }

    /// <summary>The columns that make up the key. A null matches nothing.</summary>
    public required IReadOnlyList<string> Keys { get; init; }

    /// <summary>A condition on the source's columns: the row that matches is deleted, and none is inserted.</summary>
    public string? DeleteWhenSql { get; init; }

    /// <summary>Whether rows that match are changed.</summary>
    public bool UpdateMatched { get; init; } = true;

    /// <summary>A condition on the columns of the source (<c>s.</c>) and of the table (<c>t.</c>) without which a match is not changed or deleted.</summary>
    public string? MatchWhenSql { get; init; }

    /// <summary>Whether rows that match none are inserted.</summary>
    public bool InsertUnmatched { get; init; } = true;
}
