using Tideway.DeltaLog.LogSegments;
using Tideway.DeltaLog.Reading;
using Tideway.DuckDb;
using Tideway.ObjectStorage;

namespace Tideway.DeltaLog.Checkpoints;

/// <summary>
/// Which sidecars a checkpoint names.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#sidecar-files">Sidecar Files</see>.
/// </summary>
internal static class SidecarNames
{
    public const string Folder = LogFile.Folder + "_sidecars/";

    /// <summary>The checkpoint as what SQL selects from, and the names of its sidecars.</summary>
    public static async Task<(string Source, List<string> Names)> ReadAsync(
        IObjectStore store,
        CheckpointFiles checkpoint,
        TransitFolder transit,
        DuckDbConnection connection,
        CancellationToken cancellationToken
    )
    {
        var paths = new List<string>();
        foreach (var file in checkpoint.Files)
            paths.Add(await transit.BringAsync(store, file.Key, cancellationToken).ConfigureAwait(false));
        var source = paths[0].EndsWith(".json", StringComparison.Ordinal) ? JsonSource(paths) : CheckpointSql.From(paths);
        return (source, await Task.Run(() => Names(connection, source, cancellationToken), cancellationToken).ConfigureAwait(false));
    }

    private static string JsonSource(List<string> paths)
    {
        var columns =
            $$"""{"add": {{SqlText.Literal(FileActionSql.StructType(FileActionSql.Add))}}, "remove": {{SqlText.Literal(FileActionSql.StructType(FileActionSql.Remove))}}, "sidecar": 'STRUCT(path VARCHAR)'}""";
        var files = SqlText.LiteralList(paths.Select(GlobText.Escape));
        return $"read_json({files}, format = 'newline_delimited', maximum_object_size = {ReconciledLog.MaxLineBytes}, columns = {columns})";
    }

    private static List<string> Names(DuckDbConnection connection, string source, CancellationToken cancellationToken)
    {
        using (var empty = connection.Query(CheckpointSql.Columns(source), cancellationToken))
        {
            if (empty.Columns.All(column => column.Name != "sidecar"))
                return [];
        }

        using var result = connection.Query($"SELECT sidecar.path FROM {source} WHERE sidecar.path IS NOT NULL", cancellationToken);
        return [.. result.Rows(cancellationToken).Select(row => NameOf((string)row[0]!))];
    }

    // A path is a name in the folder of sidecars, or absolute; only the name counts, as the folder is always the same.
    private static string NameOf(string path)
    {
        var name = Uri.UnescapeDataString(path);
        return name[(name.LastIndexOf('/') + 1)..];
    }
}
