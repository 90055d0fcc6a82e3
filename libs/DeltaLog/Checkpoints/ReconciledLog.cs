using Tideway.DeltaLog.LogSegments;
using Tideway.DeltaLog.Reading;
using Tideway.DuckDb;
using Tideway.ObjectStorage;

namespace Tideway.DeltaLog.Checkpoints;

/// <summary>
/// The file actions of a version as queries: an older checkpoint with what the commits after it changed. DuckDB streams them, so that memory grows
/// with the commits, not with the table.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#action-reconciliation">Action Reconciliation</see>.
/// </summary>
internal sealed class ReconciledLog : IDisposable
{
    public const long MaxLineBytes = 16 * 1024 * 1024;

    private readonly string changes = $"tideway_changes_{Guid.CreateVersion7():N}";
    private readonly string? checkpoint;
    private readonly DuckDbType? add;
    private readonly DuckDbType? remove;

    private ReconciledLog(DuckDbConnection connection, string? checkpoint)
    {
        Connection = connection;
        this.checkpoint = checkpoint;
        if (checkpoint is null)
            return;
        using var columns = Connection.Query(CheckpointSql.Columns(checkpoint));
        add = columns.Columns.FirstOrDefault(column => column.Name == "add")?.Type;
        remove = columns.Columns.FirstOrDefault(column => column.Name == "remove")?.Type;
    }

    /// <summary>Where the queries are run.</summary>
    public DuckDbConnection Connection { get; }

    /// <summary>The active files: a SELECT of <c>a</c>, a struct with all members of an add action.</summary>
    public string ActiveSql
    {
        get
        {
            var changed = $"SELECT a FROM {changes} WHERE a.path IS NOT NULL";
            return add is null
                ? changed
                : $"""
                    SELECT {FileActionSql.Project(add, "c.\"add\"", FileActionSql.Add)} AS a
                    FROM {checkpoint} c ANTI JOIN {changes} x ON x.k = {FileActionSql.KeyOf(add, "c.\"add\"")}
                    WHERE c."add".path IS NOT NULL
                    UNION ALL {changed}
                    """;
        }
    }

    /// <summary>Files that are gone since <paramref name="milliseconds"/> or later: a SELECT of <c>r</c>, a struct with the members of a remove action.</summary>
    public string RemovedSql(long milliseconds)
    {
        var changed = $"SELECT r FROM {changes} WHERE r.path IS NOT NULL AND coalesce(r.deletionTimestamp, 0) >= {milliseconds}";
        return remove is null
            ? changed
            : $"""
                SELECT r FROM (
                    SELECT {FileActionSql.Project(remove, "c.remove", FileActionSql.Remove)} AS r
                    FROM {checkpoint} c ANTI JOIN {changes} x ON x.k = {FileActionSql.KeyOf(remove, "c.remove")}
                    WHERE c.remove.path IS NOT NULL
                ) WHERE coalesce(r.deletionTimestamp, 0) >= {milliseconds}
                UNION ALL {changed}
                """;
    }

    /// <summary>Reads the segment's commits; the checkpoint is read by the queries.</summary>
    public static async Task<ReconciledLog> OpenAsync(
        IObjectStore store,
        LogSegment segment,
        TransitFolder transit,
        DuckDbConnection connection,
        CancellationToken cancellationToken
    )
    {
        try
        {
            UseUtc(connection);
            var commits = new List<string>();
            foreach (var commit in segment.Commits)
                commits.Add(await transit.BringAsync(store, commit.Info.Key, cancellationToken).ConfigureAwait(false));
            var source = segment.Checkpoint is { } found ? await SourceAsync(store, found, transit, connection, cancellationToken).ConfigureAwait(false) : null;
            return await Task.Run(
                    () =>
                    {
                        var log = new ReconciledLog(connection, source);
                        log.ReadCommits(commits, cancellationToken);
                        return log;
                    },
                    cancellationToken
                )
                .ConfigureAwait(false);
        }
        catch (DuckDbException exception) when (exception.Error is not (DuckDbError.Io or DuckDbError.OutOfMemory or DuckDbError.Interrupt))
        {
            throw new DeltaLogException(DeltaLogError.CorruptLog, $"The log of '{store.Root}' cannot be read: {exception.Message}", exception)
            {
                TableRoot = store.Root,
                Version = segment.Version,
            };
        }
    }

    public void Dispose() => Connection.Execute($"DROP TABLE IF EXISTS {changes}");

    // The file actions of a checkpoint: in its sidecars, where it has any, else in itself.
    private static async Task<string> SourceAsync(
        IObjectStore store,
        CheckpointFiles checkpoint,
        TransitFolder transit,
        DuckDbConnection connection,
        CancellationToken cancellationToken
    )
    {
        var (source, names) = await SidecarNames.ReadAsync(store, checkpoint, transit, connection, cancellationToken).ConfigureAwait(false);
        var sidecars = new List<string>();
        foreach (var name in names)
            sidecars.Add(await transit.BringAsync(store, SidecarNames.Folder + name, cancellationToken).ConfigureAwait(false));
        return sidecars.Count > 0 ? CheckpointSql.From(sidecars) : source;
    }

    private static void UseUtc(DuckDbConnection connection)
    {
        if (!connection.Scalar<bool>($"SELECT {ScanSql.IsUtc}"))
            connection.Execute("SET TimeZone = 'UTC'");
    }

    // DuckDB takes room for its longest line up front, so the length is only raised where a line needs it.
    private void ReadCommits(List<string> commits, CancellationToken cancellationToken)
    {
        try
        {
            Connection.Execute(FileActionSql.Changes(changes, commits, MaxLineBytes), cancellationToken);
        }
        catch (DuckDbException exception) when (exception.Message.Contains("maximum_object_size", StringComparison.Ordinal))
        {
            var longest = Math.Min(1L << 30, commits.Max(path => new FileInfo(path).Length) + 1);
            Connection.Execute(FileActionSql.Changes(changes, commits, longest), cancellationToken);
        }
    }
}
