using Tideway.ObjectStorage;

namespace Tideway.DeltaLog.LogSegments;

/// <summary>
/// The commits of a segment in order, read ahead while the checkpoint before them is; where possible out of the files that hold several of them, reconciled.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#log-compaction-files">Log Compaction Files</see>.
/// </summary>
internal sealed class CommitsAhead : IAsyncDisposable
{
    private const int ReadsAtOnce = 8;
    private const long MaxBytesAhead = 64 << 20;

    private readonly IObjectStore store;
    private readonly LogSegment segment;
    private readonly bool withFiles;
    private readonly CancellationTokenSource stop;
    private readonly SemaphoreSlim turns = new(ReadsAtOnce);
    private readonly List<Run> runs;
    private readonly Queue<(Task<List<LogContent>> Reading, long Bytes)> pending = new();
    private long bytesAhead;
    private int next;

    /// <summary>Begins to read.</summary>
    /// <param name="store">Where the log is.</param>
    /// <param name="segment">The segment.</param>
    /// <param name="withFiles">Whether files are wanted.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public CommitsAhead(IObjectStore store, LogSegment segment, bool withFiles, CancellationToken cancellationToken)
    {
        this.store = store;
        this.segment = segment;
        this.withFiles = withFiles;
        stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        runs = Divide(segment);
        ReadAhead();
    }

    /// <summary>What the next commits did; null after the last. Throws <see cref="DeltaLogException"/> where one cannot be read.</summary>
    public async Task<IReadOnlyList<LogContent>?> NextAsync()
    {
        if (!pending.TryDequeue(out var first))
            return null;
        var contents = await first.Reading.ConfigureAwait(false);
        bytesAhead -= first.Bytes;
        ReadAhead();
        return contents;
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync().ConfigureAwait(false);
        foreach (var (reading, _) in pending)
            await ((Task)reading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stop.Dispose();
        turns.Dispose();
    }

    // A run is one commit, or several for which there is one file.
    private static List<Run> Divide(LogSegment segment)
    {
        var found = new List<Run>();
        for (var index = 0; index < segment.Commits.Count; )
        {
            var commit = segment.Commits[index];
            var compaction = Longest(segment, commit.Version, long.MaxValue);
            found.Add(
                compaction is { } file
                    ? new Run(index, commit.Version, file.LastVersion, file.Info.Size)
                    : new Run(index, commit.Version, commit.Version, commit.Info.Size)
            );
            index += (int)(found[^1].Last - commit.Version) + 1;
        }

        return found;
    }

    private static LogFile? Longest(LogSegment segment, long version, long shorterThan)
    {
        LogFile? longest = null;
        foreach (var file in segment.Compactions)
        {
            if (file.Version == version && file.LastVersion < shorterThan && (longest is null || file.LastVersion > longest.Value.LastVersion))
                longest = file;
        }

        return longest;
    }

    private void ReadAhead()
    {
        for (; next < runs.Count && (pending.Count == 0 || bytesAhead + runs[next].Bytes <= MaxBytesAhead); next++)
        {
            var run = runs[next];
            bytesAhead += run.Bytes;
            pending.Enqueue((Task.Run(() => ReadAsync(run), stop.Token), run.Bytes));
        }
    }

    private async Task<List<LogContent>> ReadAsync(Run run)
    {
        await turns.WaitAsync(stop.Token).ConfigureAwait(false);
        try
        {
            var contents = new List<LogContent>();
            for (var index = run.First; index < segment.Commits.Count && segment.Commits[index].Version <= run.Last; )
            {
                var commit = segment.Commits[index];
                var (content, last) = await TryReadCompactionAsync(commit.Version, run.Last, stop.Token).ConfigureAwait(false);
                contents.Add(content ?? await LogContent.ReadAsync(store, commit.Info.Key, commit.Version, withFiles, stop.Token).ConfigureAwait(false));
                index += content is null ? 1 : (int)(last - commit.Version) + 1;
            }

            return contents;
        }
        finally
        {
            turns.Release();
        }
    }

    // The commits are still there: a compaction that is gone or damaged changes nothing but the time it takes.
    private async Task<(LogContent? Content, long Last)> TryReadCompactionAsync(long version, long last, CancellationToken cancellationToken)
    {
        for (var limit = last + 1; Longest(segment, version, limit) is { } file; limit = file.LastVersion)
        {
            try
            {
                return (
                    await LogContent.ReadAsync(store, file.Info.Key, file.LastVersion, withFiles, cancellationToken).ConfigureAwait(false),
                    file.LastVersion
                );
            }
            catch (DeltaLogException exception) when (exception.Error is DeltaLogError.CorruptLog or DeltaLogError.MissingCommits)
            {
                continue;
            }
        }

        return (null, version);
    }

    private readonly record struct Run(int First, long Version, long Last, long Bytes);
}
