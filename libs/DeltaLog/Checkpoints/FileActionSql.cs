using System.Collections.Immutable;
using Tideway.DeltaLog.Reading;
using Tideway.DuckDb;

namespace Tideway.DeltaLog.Checkpoints;

/// <summary>
/// SQL over the file actions of commits and checkpoints, one struct per action, whatever members the files have.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#action-reconciliation">Action Reconciliation</see>.
/// </summary>
internal static class FileActionSql
{
    public const string Pairs = "MAP(VARCHAR, VARCHAR)";

    private const string DeletionVector = "STRUCT(storageType VARCHAR, pathOrInlineDv VARCHAR, \"offset\" INTEGER, sizeInBytes INTEGER, cardinality BIGINT)";

    /// <summary>Members of an add action.</summary>
    public static readonly ImmutableArray<(string Name, string Type)> Add =
    [
        ("path", "VARCHAR"),
        ("partitionValues", Pairs),
        ("size", "BIGINT"),
        ("modificationTime", "BIGINT"),
        ("dataChange", "BOOLEAN"),
        ("stats", "VARCHAR"),
        ("tags", Pairs),
        ("deletionVector", DeletionVector),
        ("baseRowId", "BIGINT"),
        ("defaultRowCommitVersion", "BIGINT"),
        ("clusteringProvider", "VARCHAR"),
    ];

    /// <summary>Members of a remove action that checkpoints keep.</summary>
    public static readonly ImmutableArray<(string Name, string Type)> Remove =
    [
        ("path", "VARCHAR"),
        ("deletionTimestamp", "BIGINT"),
        ("dataChange", "BOOLEAN"),
        ("extendedFileMetadata", "BOOLEAN"),
        ("partitionValues", Pairs),
        ("size", "BIGINT"),
        ("deletionVector", DeletionVector),
        ("baseRowId", "BIGINT"),
        ("defaultRowCommitVersion", "BIGINT"),
    ];

    public static string StructType(IEnumerable<(string Name, string Type)> members) =>
        $"STRUCT({string.Join(", ", members.Select(member => $"{SqlText.Identifier(member.Name)} {member.Type}"))})";

    /// <summary>
    /// Makes the table <paramref name="table"/>: what the commits did to each file in the end, as <c>k</c> (key), <c>a</c> (add) and <c>r</c> (remove).
    /// Versions are read from the files' names.
    /// </summary>
    public static string Changes(string table, IReadOnlyCollection<string> commits, long maxLineBytes)
    {
        if (commits.Count == 0)
            return $"CREATE TEMP TABLE {table} (k VARCHAR, a {StructType(Add)}, r {StructType(Remove)})";
        var columns = $$"""{"add": {{SqlText.Literal(StructType(Add))}}, "remove": {{SqlText.Literal(StructType(Remove))}}}""";
        return $"""
            CREATE TEMP TABLE {table} AS
            WITH lines AS (
                SELECT "add" AS a, remove AS r, CAST(regexp_extract(filename, '([0-9]+)[.]json$', 1) AS BIGINT) AS v
                FROM read_json({SqlText.LiteralList(
                commits.Select(GlobText.Escape)
            )}, format = 'newline_delimited', filename = true, maximum_object_size = {maxLineBytes}, columns = {columns})
            ), actions AS (
                SELECT {Key("a")} AS k, v * 2 + 1 AS o, a, CAST(NULL AS {StructType(Remove)}) AS r FROM lines WHERE a.path IS NOT NULL
                UNION ALL
                SELECT {Key("r")}, v * 2, NULL, r FROM lines WHERE r.path IS NOT NULL
            ), latest AS (
                SELECT k, arg_max(struct_pack(a := a, r := r), o) AS action FROM actions GROUP BY k
            )
            SELECT k, action.a AS a, action.r AS r FROM latest
            """;
    }

    /// <summary>The change files that commits name: a SELECT of <c>cdc</c>.</summary>
    public static string ChangeFiles(IEnumerable<string> commits, long maxLineBytes) =>
        $$"""
            SELECT cdc FROM read_json({{SqlText.LiteralList(
                commits.Select(GlobText.Escape)
            )}}, format = 'newline_delimited', maximum_object_size = {{maxLineBytes}}, columns = {"cdc": 'STRUCT(path VARCHAR)'}) WHERE cdc.path IS NOT NULL
            """;

    /// <summary>
    /// What tells files apart: the path, decoded, and the deletion vector.
    /// </summary>
    public static string Key(string action) => $"{Path($"{action}.path")} || chr(1) || coalesce({VectorId($"{action}.deletionVector")}, '')";

    /// <summary>One spelling for all the ways to write the same path.</summary>
    public static string Path(string path)
    {
        var local =
            $"CASE WHEN starts_with(lower({path}), 'file:') THEN '/' || ltrim({path}[6:], '/') WHEN lower({path}[:6]) IN ('s3a://', 's3n://') THEN 's3' || {path}[4:] ELSE {path} END";
        return $"coalesce(TRY(url_decode({local})), {local})";
    }

    /// <summary>
    /// An action as a struct of all <paramref name="members"/>; those that <paramref name="found"/> lacks are null. Statistics that are only
    /// there as columns are turned into JSON.
    /// </summary>
    public static string Project(DuckDbType found, string action, IEnumerable<(string Name, string Type)> members)
    {
        var values = members.Select(member =>
        {
            var value = Has(found, member.Name) ? $"CAST({action}.{SqlText.Identifier(member.Name)} AS {member.Type})" : $"CAST(NULL AS {member.Type})";
            if (member.Name == "stats" && found.Fields.FirstOrDefault(field => field.Name == "stats_parsed") is { } parsed)
                value = $"coalesce({value}, {ParsedStatisticsSql.ToJson(parsed.Type, $"{action}.stats_parsed")})";
            return $"{SqlText.Identifier(member.Name)} := {value}";
        });
        return $"struct_pack({string.Join(", ", values)})";
    }

    /// <summary>The key of an action in a checkpoint, which may not know deletion vectors.</summary>
    public static string KeyOf(DuckDbType found, string action) => Has(found, "deletionVector") ? Key(action) : $"{Path($"{action}.path")} || chr(1)";

    private static bool Has(DuckDbType type, string member) => type.Fields.Any(field => field.Name == member);

    private static string VectorId(string vector) => $"{vector}.storageType || {vector}.pathOrInlineDv || coalesce('@' || {vector}.\"offset\", '')";
}
