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
    // So many are kept as they were found; more would be much to hold for a client that takes its time.
    private const int MostKept = 16 * 1024;

    /// <summary>What files are left out by; null where none are.</summary>
    public Predicate? Predicate { get; private init; }

    // The files, where some are left out and they are few.
    private FoundFiles? Found { get; init; }

    /// <summary>
    /// Chooses the files that the hints of a query leave, after those before <paramref name="cursor"/>, until there are enough of them, or enough rows together
    /// with those before, of which only those count that surely meet the conditions: who filters and then limits would have too few of others. Throws <see cref="DeltaLogError.FileOutsideTable"/> where one of them is elsewhere; all files of a version are not looked at here.
    /// </summary>
    public static FilePage Of(Snapshot snapshot, QueryRequest query, SnapshotCursor? cursor, CancellationToken cancellationToken)
    {
        var (predicate, isAll) = QueryHints.Read(query, snapshot);
        // Less than none is no hint, and of rows that have to meet what is not understood it is not known how many are enough.
        var limit = query.LimitHint >= 0 && isAll ? query.LimitHint : null;
        return Of(snapshot, predicate, cursor?.Skip ?? 0, cursor?.Rows ?? 0, query.MaxFiles, limit, cancellationToken) with { Predicate = predicate };
    }

    /// <summary>The files of the page, made one by one.</summary>
    public IEnumerable<AddFile> Read(Snapshot snapshot, CancellationToken cancellationToken) =>
        Found ?? (Predicate is null ? snapshot.FilesFrom(Skip) : snapshot.FilesMatching(Predicate, cancellationToken).From(Skip)).Take(Count);

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
        var found = predicate is null ? null : snapshot.FilesMatching(predicate, cancellationToken).From(skip);
        var (count, bytes, rows, hasMore) = (0, 0L, rowsBefore, false);
        foreach (var (file, counts) in Candidates())
        {
            if (rows >= limit)
                break;
            if (hasMore = count == maxFiles)
                break;
            FilesInside.Require(file, snapshot.TableRoot);
            count++;
            bytes += file.Size;
            if (counts)
                rows += file.LogicalRecords() ?? 0;
        }

        return new FilePage(skip, count, bytes, rows, hasMore) { Found = count <= MostKept ? found?.First(count) : null };

        IEnumerable<(AddFile File, bool Counts)> Candidates() =>
            limit is null ? (found ?? snapshot.FilesFrom(skip)).Select(file => (file, false))
            : found is null ? snapshot.FilesFrom(skip).Select(file => (file, true))
            : found.WithCertainty();
    }
}
