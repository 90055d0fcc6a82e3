using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Checkpoints;
using Tideway.DeltaLog.DeletionVectors;
using Tideway.DeltaLog.LogSegments;
using Tideway.DeltaLog.Snapshots;
using Tideway.DuckDb;
using Tideway.ObjectStorage;

namespace Tideway.DeltaLog.Maintenance;

/// <summary>
/// The files that a table needs: those of its latest version, those removed from it lately, their deletion vectors, and every change file that the
/// log still names. Kept as a table in DuckDB, so that memory does not grow with them.
/// </summary>
internal sealed class NeededFiles(IObjectStore store, ReconciledLog log)
{
    private const int BatchSize = 2048;
    private const int MaxFolders = 10_000;

    private readonly Dictionary<string, IReadOnlyCollection<string>> folders = new(StringComparer.Ordinal);

    /// <summary>The table with the column <c>k</c>, a key of the store.</summary>
    public string Table { get; } = $"tideway_needed_{Guid.CreateVersion7():N}";

    public async Task CollectAsync(DateTimeOffset removedSince, LogListing listing, TransitFolder transit, CancellationToken cancellationToken)
    {
        var commits = new List<string>();
        foreach (var commit in listing.Commits)
            commits.Add(await transit.BringAsync(store, commit.Info.Key, cancellationToken).ConfigureAwait(false));
        await Task.Run(
                () =>
                {
                    var removed = log.RemovedSql(removedSince.ToUnixTimeMilliseconds());
                    Run($"CREATE TEMP TABLE {Table} AS SELECT {Key("a.path")} AS k FROM ({log.ActiveSql}) UNION SELECT {Key("r.path")} FROM ({removed})");
                    foreach (var batch in commits.Chunk(500))
                        Run($"INSERT INTO {Table} SELECT {Key("cdc.path")} FROM ({FileActionSql.ChangeFiles(batch, ReconciledLog.MaxLineBytes)})");
                    CollectVectors(removed, cancellationToken);
                    CollectOtherNames(cancellationToken);
                },
                cancellationToken
            )
            .ConfigureAwait(false);

        void Run(string sql) => log.Connection.Execute(sql, cancellationToken);
    }

    private string Key(string path)
    {
        var root = store.Root.IsFile ? store.Root.LocalPath.TrimEnd('/') + "/" : Uri.UnescapeDataString(store.Root.AbsoluteUri).TrimEnd('/') + "/";
        var canonical = FileActionSql.Path(path);
        return $"CASE WHEN starts_with({canonical}, {SqlText.Literal(root)}) THEN substr({canonical}, {root.Length + 1}) ELSE {canonical} END";
    }

    // A store goes by several names, by which one log may tell its files. On a local disk any name may lead through links, also one within the folder.
    private void CollectOtherNames(CancellationToken cancellationToken)
    {
        var isOther = store.Root.IsFile ? "true" : "contains(k, '://')";
        // What is found is added behind it.
        var end = log.Connection.Scalar<long>($"SELECT coalesce(max(rowid), -1) FROM {Table}", cancellationToken);
        var last = -1L;
        var names = new List<string>(BatchSize);
        do
        {
            names.Clear();
            using (
                var result = log.Connection.Query(
                    $"SELECT rowid, k FROM {Table} WHERE rowid > {last} AND rowid <= {end} AND {isOther} ORDER BY rowid LIMIT {BatchSize}",
                    cancellationToken
                )
            )
            {
                foreach (var row in result.Rows(cancellationToken))
                {
                    last = (long)row[0]!;
                    names.Add((string)row[1]!);
                }
            }

            var keys = names.SelectMany(name => FindKeys(name).Where(key => key != name)).ToList();
            if (keys.Count > 0)
                log.Connection.Execute($"INSERT INTO {Table} SELECT unnest({SqlText.LiteralList(keys)})", cancellationToken);
        } while (names.Count == BatchSize);
    }

    private IEnumerable<string> FindKeys(string canonical)
    {
        if (store.Root.IsFile)
            return FindLocalKeys(canonical);
        var path = canonical.IndexOf("://", StringComparison.Ordinal) + "://".Length;
        // As the log writes it, with what was decoded.
        return LocationOverlap.FindPathBelow(canonical[..path] + FilePath.Encode(canonical[path..]), store.Root.AbsoluteUri) is { } key ? [key] : [];
    }

    // A folder goes by several names where links lead to it.
    private IEnumerable<string> FindLocalKeys(string name)
    {
        var path = Path.Combine(store.Root.LocalPath, name);
        try
        {
            var file = new FileInfo(path);
            var folder = file.DirectoryName ?? "/";
            if (!folders.TryGetValue(folder, out var below))
            {
                if (folders.Count == MaxFolders)
                    folders.Clear();
                below = folders[folder] = LocationOverlap.FindPathsBelowByNow(folder, store.Root.LocalPath);
            }

            var keys = below.Select(parent => parent.Length == 0 ? file.Name : $"{parent}/{file.Name}");
            return file.LinkTarget is null ? keys : keys.Concat(LocationOverlap.FindPathsBelowByNow(path, store.Root.LocalPath));
        }
        catch (Exception exception) when (exception is ArgumentException or PathTooLongException)
        {
            // No file has such a name.
            return [];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Where it leads cannot be told, so it cannot be told either what is not needed.
            throw new ObjectStorageException(
                ObjectStorageError.Unavailable,
                $"Could not look at '{path}', which the log of '{store.Root}' names: {exception.Message}",
                exception
            );
        }
    }

    // Names of vectors are coded in a way that SQL does not know.
    private void CollectVectors(string removed, CancellationToken cancellationToken)
    {
        var sql = $"""
            SELECT DISTINCT v."storageType", v."pathOrInlineDv" FROM (
                SELECT a."deletionVector" AS v FROM ({log.ActiveSql}) UNION ALL SELECT r."deletionVector" FROM ({removed})
            ) WHERE v."storageType" IS NOT NULL AND v."storageType" <> 'i'
            """;
        var keys = new List<string>(BatchSize);
        using (var result = log.Connection.Query(sql, cancellationToken))
        {
            foreach (var row in result.Rows(cancellationToken))
                keys.Add(VectorKey((string)row[0]!, (string?)row[1] ?? ""));
        }

        foreach (var batch in keys.Chunk(BatchSize))
            log.Connection.Execute($"INSERT INTO {Table} SELECT unnest({SqlText.LiteralList(batch)})", cancellationToken);
    }

    private string VectorKey(string storageType, string pathOrInline)
    {
        var vector = new DeletionVectorDescriptor
        {
            StorageType = storageType,
            PathOrInlineDv = pathOrInline,
            SizeInBytes = 0,
            Cardinality = 0,
        };
        try
        {
            return DeletionVectorReader.Key(vector, store.Root)!;
        }
        catch (DeltaLogException exception) when (exception.Error == DeltaLogError.FileOutsideTable)
        {
            // By its whole address, which may be another name of a place below.
            return FilePath.Canonical(pathOrInline);
        }
        catch (FormatException exception)
        {
            throw new DeltaLogException(DeltaLogError.CorruptLog, $"A deletion vector of '{store.Root}' cannot be understood: {exception.Message}", exception)
            {
                TableRoot = store.Root,
            };
        }
    }
}
