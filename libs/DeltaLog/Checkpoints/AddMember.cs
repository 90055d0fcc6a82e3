using System.Collections.Immutable;
using Tideway.DuckDb;

namespace Tideway.DeltaLog.Checkpoints;

/// <summary>A member of an <c>add</c> action as a column of a checkpoint.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">The type in DuckDB that it is read as.</param>
/// <param name="Parent">The member that it is part of, if any.</param>
internal sealed record AddMember(string Name, string Type, string? Parent = null)
{
    /// <summary>All but the statistics, which can be there in two forms.</summary>
    public static readonly ImmutableArray<AddMember> All =
    [
        new("path", "VARCHAR"),
        new("partitionValues", FileActionSql.Pairs),
        new("size", "BIGINT"),
        new("modificationTime", "BIGINT"),
        new("dataChange", "BOOLEAN"),
        new("tags", FileActionSql.Pairs),
        new("storageType", "VARCHAR", Parent: "deletionVector"),
        new("pathOrInlineDv", "VARCHAR", Parent: "deletionVector"),
        new("offset", "INTEGER", Parent: "deletionVector"),
        new("sizeInBytes", "INTEGER", Parent: "deletionVector"),
        new("cardinality", "BIGINT", Parent: "deletionVector"),
        new("baseRowId", "BIGINT"),
        new("defaultRowCommitVersion", "BIGINT"),
        new("clusteringProvider", "VARCHAR"),
    ];

    /// <summary>How SQL reaches it.</summary>
    public string Sql => $"\"add\".{(Parent is null ? "" : SqlText.Identifier(Parent) + ".")}{SqlText.Identifier(Name)}";

    /// <summary>Its column in the file, which may have others inside.</summary>
    public string Column => $"add.{(Parent is null ? "" : Parent + ".")}{Name}";

    /// <summary>Whether every action has it.</summary>
    public bool IsRequired => Name is "path" or "partitionValues" or "size" or "modificationTime" or "dataChange";
}
