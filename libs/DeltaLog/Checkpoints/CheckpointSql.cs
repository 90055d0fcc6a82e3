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

    /// <summary>The member that is never null in the action of that name, as a column of the checkpoint.</summary>
    public static string Column(string name) => $"{name}.{Actions.First(action => action.Name == name).Members[0]}";

    /// <summary>
    /// A row for each leaf column of each row group: file, number, rows, and the column's name where it is not null throughout and is one of those or part of
    /// an <c>add</c> action. What an action says in columns of its table's types is left out.
    /// </summary>
    public static string RowGroups(IEnumerable<string> files, IEnumerable<string> columns)
    {
        var list = SqlText.LiteralList(files.Select(GlobText.Escape));
        var name = "replace(path_in_schema, ', ', '.')";
        var ofTable = $"starts_with({name}, 'add.stats_parsed.') OR starts_with({name}, 'add.partitionValues')";
        return $"""
            SELECT file_name, row_group_id::BIGINT, row_group_num_rows::BIGINT,
                CASE WHEN (list_contains({SqlText.LiteralList(
                columns
            )}, {name}) OR (starts_with({name}, 'add.') AND NOT ({ofTable}))) AND coalesce(stats_null_count < num_values, true) THEN {name} END
            FROM parquet_metadata({list}) ORDER BY file_name, row_group_id
            """;
    }

    /// <summary>The columns that the files have, in any of them.</summary>
    public static ImmutableArray<DuckDbField> ReadColumns(DuckDbConnection connection, IReadOnlyList<string> files, CancellationToken cancellationToken)
    {
        using var empty = connection.Query(Columns(From(files)), cancellationToken);
        return empty.Columns;
    }

    /// <summary>One JSON object of an action's members per row; null where the checkpoint has no such column.</summary>
    public static string? Select(IReadOnlyList<string> files, RowRange? range, ImmutableArray<DuckDbField> columns, string name, string[] members)
    {
        var column = columns.FirstOrDefault(field => field.Name == name);
        if (column is null || column.Type.Fields.All(field => field.Name != members[0]))
            return null;
        var action = SqlText.Identifier(name);
        var present = members.Where(member => column.Type.Fields.Any(field => field.Name == member));
        var packed = string.Join(", ", present.Select(member => $"{SqlText.Identifier(member)} := {action}.{SqlText.Identifier(member)}"));
        return $"SELECT to_json(struct_pack({packed}))::VARCHAR FROM {Rows(files)}{Where(range)}{action}.{SqlText.Identifier(members[0])} IS NOT NULL";
    }

    /// <summary>The first and the last row with an action, null where there is none: reads one column only.</summary>
    public static string Bounds(RowRange range, string name, string member) =>
        $"SELECT min(file_row_number), max(file_row_number) FROM {Rows([range.Path])}{Where(range)}{SqlText.Identifier(name)}.{SqlText.Identifier(member)} IS NOT NULL";

    /// <summary>
    /// The members of the <c>add</c> actions, with their names; those are left out that the checkpoint has not, or of which
    /// <paramref name="isEmpty"/> says that no row has any. Rows without an action are null. Null where the checkpoint has no such actions at all.
    /// </summary>
    public static (string Sql, IReadOnlyList<string> Names)? SelectAdds(
        IReadOnlyList<string> files,
        RowRange? range,
        ImmutableArray<DuckDbField> columns,
        Func<string, bool> isEmpty
    )
    {
        var add = columns.FirstOrDefault(field => field.Name == "add")?.Type.Fields;
        if (add is not { } members || members.All(field => field.Name != "path"))
            return null;
        var vector = members.FirstOrDefault(field => field.Name == "deletionVector")?.Type.Fields ?? [];
        var found = AddMember
            .All.Where(member => (member.Parent is null ? members : vector).Any(field => field.Name == member.Name))
            .Where(member => member.IsRequired || !isEmpty(member.Column))
            .ToList();
        var selected = found.Select(member => $"CAST({member.Sql} AS {member.Type})");
        var names = found.Select(member => member.Name);
        if (Statistics(members, isEmpty) is { } stats)
            (selected, names) = (selected.Append(stats), names.Append("stats"));
        return ($"SELECT {string.Join(", ", selected)} FROM {Rows(files, range is { IsWhole: false })}{Within(range)}", [.. names]);
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

    // What a checkpoint only has in columns becomes JSON again.
    private static string? Statistics(ImmutableArray<DuckDbField> members, Func<string, bool> isEmpty)
    {
        var json = members.Any(field => field.Name == "stats") && !isEmpty("add.stats") ? "CAST(\"add\".stats AS VARCHAR)" : null;
        if (members.FirstOrDefault(field => field.Name == "stats_parsed")?.Type is not { Kind: DuckDbTypeKind.Struct } parsed)
            return json;
        var written = ParsedStatisticsSql.ToJson(parsed, "\"add\".stats_parsed");
        return json is null ? written : $"coalesce({json}, {written})";
    }

    private static string Rows(IEnumerable<string> files, bool withNumbers = true) =>
        $"read_parquet({SqlText.LiteralList(files.Select(GlobText.Escape))}, union_by_name = true, hive_partitioning = false{(withNumbers ? ", file_row_number = true" : "")})";

    private static string Where(RowRange? range) => Within(range) is { Length: > 0 } within ? $"{within} AND " : " WHERE ";

    private static string Within(RowRange? range) =>
        range is { IsWhole: false } part ? $" WHERE file_row_number >= {part.From} AND file_row_number < {part.To}" : "";
}
