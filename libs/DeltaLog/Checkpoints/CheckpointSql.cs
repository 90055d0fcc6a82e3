using System.Collections.Immutable;
using Tideway.DeltaLog.Reading;
using Tideway.DuckDb;

namespace Tideway.DeltaLog.Checkpoints;

/// <summary>
/// SQL that turns rows of a checkpoint into actions and back. Columns that a checkpoint lacks are null.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#checkpoint-schema">Checkpoint Schema</see>.
/// </summary>
internal static class CheckpointSql
{
    /// <summary>The actions of a checkpoint, the member that is never null first, and whether files are meant.</summary>
    public static readonly ImmutableArray<(string Name, bool IsFile, string[] Members)> Actions =
    [
        ("protocol", false, ["minReaderVersion", "minWriterVersion", "readerFeatures", "writerFeatures"]),
        ("metaData", false, ["id", "name", "description", "format", "schemaString", "partitionColumns", "createdTime", "configuration"]),
        ("txn", false, ["appId", "version", "lastUpdated"]),
        ("domainMetadata", false, ["domain", "configuration", "removed"]),
        ("checkpointMetadata", false, ["version", "tags"]),
        ("sidecar", false, ["path", "sizeInBytes", "modificationTime", "tags"]),
        (
            "remove",
            true,
            [
                "path",
                "deletionTimestamp",
                "dataChange",
                "extendedFileMetadata",
                "partitionValues",
                "size",
                "deletionVector",
                "baseRowId",
                "defaultRowCommitVersion",
            ]
        ),
        (
            "add",
            true,
            [
                "path",
                "partitionValues",
                "size",
                "modificationTime",
                "dataChange",
                "stats",
                "tags",
                "deletionVector",
                "baseRowId",
                "defaultRowCommitVersion",
                "clusteringProvider",
            ]
        ),
    ];

    public static string From(IEnumerable<string> files) =>
        $"read_parquet({SqlText.LiteralList(files.Select(GlobText.Escape))}, union_by_name = true, hive_partitioning = false)";

    /// <summary>The columns without rows.</summary>
    public static string Columns(string from) => $"SELECT * FROM {from} LIMIT 0";

    /// <summary>One JSON object of an action's members per row; null where the checkpoint has no such column.</summary>
    public static string? Select(string from, ImmutableArray<DuckDbField> columns, string name, string[] members)
    {
        var column = columns.FirstOrDefault(field => field.Name == name);
        if (column is null || column.Type.Fields.All(field => field.Name != members[0]))
            return null;
        var action = SqlText.Identifier(name);
        var present = members.Where(member => column.Type.Fields.Any(field => field.Name == member));
        var packed = string.Join(", ", present.Select(member => $"{SqlText.Identifier(member)} := {action}.{SqlText.Identifier(member)}"));
        return $"SELECT to_json(struct_pack({packed}))::VARCHAR FROM {from} WHERE {action}.{SqlText.Identifier(members[0])} IS NOT NULL";
    }

    /// <summary>
    /// The actions that are no files, given as lines of JSON: <c>metaData</c> and so on, and with <paramref name="v2"/> what only the V2 specification has.
    /// </summary>
    public static string Others(string jsonFile, bool v2)
    {
        var columns = new List<(string Name, string Type)>
        {
            ("txn", "STRUCT(appId VARCHAR, version BIGINT, lastUpdated BIGINT)"),
            (
                "metaData",
                $"STRUCT(id VARCHAR, name VARCHAR, description VARCHAR, format STRUCT(provider VARCHAR, options {FileActionSql.Pairs}), schemaString VARCHAR, partitionColumns VARCHAR[], configuration {FileActionSql.Pairs}, createdTime BIGINT)"
            ),
            ("protocol", "STRUCT(minReaderVersion INTEGER, minWriterVersion INTEGER, readerFeatures VARCHAR[], writerFeatures VARCHAR[])"),
            ("domainMetadata", "STRUCT(domain VARCHAR, configuration VARCHAR, removed BOOLEAN)"),
        };
        if (v2)
        {
            columns.Add(("checkpointMetadata", $"STRUCT(version BIGINT, tags {FileActionSql.Pairs})"));
            columns.Add(("sidecar", $"STRUCT(path VARCHAR, sizeInBytes BIGINT, modificationTime BIGINT, tags {FileActionSql.Pairs})"));
        }

        var types = columns.Select(column => $"{SqlText.Literal(column.Name)}: {SqlText.Literal(column.Type)}");
        return $"SELECT * FROM read_json({SqlText.Literal(GlobText.Escape(jsonFile))}, format = 'newline_delimited', maximum_object_size = 134217728, columns = {{{string.Join(", ", types)}}})";
    }

    /// <summary>Rows of several SELECTs, one column per action.</summary>
    public static string Copy(string target, long? fileBytes, params IEnumerable<string> selects) =>
        $"""
            COPY ({string.Join(" UNION ALL BY NAME ", selects.Select(select => $"({select})"))})
            TO {SqlText.Literal(target)} (FORMAT parquet, COMPRESSION zstd, RETURN_STATS{(fileBytes is { } bytes ? $", FILE_SIZE_BYTES {bytes}" : "")})
            """;
}
