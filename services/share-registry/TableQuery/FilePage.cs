using Tideway.DeltaLog;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Pruning;
using Tideway.DeltaLog.Snapshots;
using Tideway.DeltaSharing.Protocol;

namespace Tideway.ShareRegistry.TableQuery;

/// <summary>Which files of a snapshot an answer holds.</summary>
/// <param name="Skip">How many files come before the first.</param>
/// <param name="Count">How many there are.</param>
/// <param name="Bytes">Their size.</param>
/// <param name="Rows">Rows of these and all files before, as far as statistics tell.</param>
/// <param name="HasMore">Whether there is a further page.</param>
internal readonly record struct FilePage(int Skip, int Count, long Bytes, long Rows, bool HasMore)
{
    /// <summary>What files are left out by; null where none are.</summary>
    public Predicate? Predicate { get; private init; }

    /// <summary>
    /// Chooses the files that the hints of a query leave, after those before <paramref name="cursor"/>, until there are enough of them, or enough rows together
    /// with those before. Throws <see cref="DeltaLogError.FileOutsideTable"/> where one of them is elsewhere; all files of a version are not looked at here.
    /// </summary>
    public static FilePage Of(Snapshot snapshot, QueryRequest query, SnapshotCursor? cursor, CancellationToken cancellationToken)
    {
        // Less than none is no hint.
        var limit = query.LimitHint >= 0 ? query.LimitHint : null;
        var predicate = QueryHints.Read(query, snapshot);
        return Of(snapshot, predicate, cursor?.Skip ?? 0, cursor?.Rows ?? 0, query.MaxFiles, limit, cancellationToken) with { Predicate = predicate };
    }

    /// <summary>The files of the page, made one by one.</summary>
    public IEnumerable<AddFile> Read(Snapshot snapshot, CancellationToken cancellationToken) =>
        FilesFrom(snapshot, Predicate, Skip, cancellationToken).Take(Count);

    private static FilePage Of(
        Snapshot snapshot,
        Predicate? predicate,
        int skip,
        long rowsBefore,
        int? maxFiles,
        long? limit,
        CancellationToken cancellationToken
    )
    {
        if (skip == 0 && predicate is null && maxFiles is null && limit is null)
            return new FilePage(0, snapshot.FileCount, snapshot.TotalBytes, 0, false);
        var (count, bytes, rows) = (0, 0L, rowsBefore);
        foreach (var file in FilesFrom(snapshot, predicate, skip, cancellationToken))
        {
            if (rows >= limit)
                break;
            if (count == maxFiles)
                return new FilePage(skip, count, bytes, rows, HasMore: true);
            FilesInside.Require(file, snapshot.TableRoot);
            count++;
            bytes += file.Size;
            if (limit is not null)
                rows += file.LogicalRecords() ?? 0;
        }

        return new FilePage(skip, count, bytes, rows, HasMore: false);
    }

    private static IEnumerable<AddFile> FilesFrom(Snapshot snapshot, Predicate? predicate, int skip, CancellationToken cancellationToken) =>
        predicate is null ? snapshot.FilesFrom(skip) : snapshot.FilesMatching(predicate, cancellationToken).Skip(skip);
}
