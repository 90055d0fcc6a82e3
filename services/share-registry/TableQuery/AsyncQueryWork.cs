using Microsoft.Extensions.Options;
using Tideway.ShareRegistry.Catalog;

namespace Tideway.ShareRegistry.TableQuery;

/// <summary>
/// The work on queries that clients wait for. There is one piece of it for a question, however many ask, and there are only so many at a time over all and for a
/// recipient: a query that finds no place is begun when somebody asks for it again. What is found while nobody waits is kept for a while for the next who asks.
/// All of it ends with the process, and whoever asks by the id begins it anew.
/// </summary>
internal sealed class AsyncQueryWork : IHostedLifecycleService, IDisposable
{
    private readonly Lock gate = new();
    private readonly Dictionary<Key, Piece> underway = [];

    // Oldest first.
    private readonly List<(Piece Piece, long At)> finished = [];
    private readonly CancellationTokenSource stop = new();
    private readonly AsyncQueryOptions options;
    private readonly TimeProvider time;
    private readonly ILogger<AsyncQueryWork> logger;
    private readonly ITimer sweep;

    public AsyncQueryWork(IOptions<AsyncQueryOptions> options, TimeProvider time, ILogger<AsyncQueryWork> logger)
    {
        this.options = options.Value;
        this.time = time;
        this.logger = logger;
        sweep = time.CreateTimer(_ => Sweep(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>How many pieces are under way.</summary>
    public int Count
    {
        get
        {
            lock (gate)
                return underway.Count;
        }
    }

    /// <summary>How many pieces are done and wait for somebody to ask.</summary>
    public int FinishedCount
    {
        get
        {
            lock (gate)
                return finished.Count;
        }
    }

    /// <summary>
    /// The work on a question: the piece that is under way or done, or one that is begun here; <see langword="null"/> where there is no place for it. It is
    /// cancelled where the process stops.
    /// </summary>
    public Piece? Begin(Key key, Func<CancellationToken, Task<PreparedAnswer>> work)
    {
        lock (gate)
        {
            if (underway.TryGetValue(key, out var present) || (present = finished.Find(entry => entry.Piece.Key == key).Piece) is not null)
                return present;
            if (
                stop.IsCancellationRequested
                || underway.Count >= options.MaxAtOnce
                || underway.Keys.Count(other => other.RecipientId == key.RecipientId) >= options.MaxAtOncePerRecipient
            )
                return null;
            // Who asks may go away before it is done.
            var begun = new Piece(key, Task.Run(() => RunAsync(key, work), CancellationToken.None));
            underway.Add(key, begun);
            return begun;
        }
    }

    /// <summary>Somebody was told what was found, be it a failure: those who wait for the piece are told too, who asks later has it done anew.</summary>
    public void Tell(Piece piece)
    {
        lock (gate)
            finished.RemoveAll(entry => entry.Piece == piece);
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // Before the web server waits for those who wait for this.
    public Task StoppingAsync(CancellationToken cancellationToken) => stop.CancelAsync();

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        Task all;
        lock (gate)
            all = Task.WhenAll(underway.Values.Select(piece => piece.Work));
        await all.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        sweep.Dispose();
        stop.Dispose();
    }

    private async Task<PreparedAnswer> RunAsync(Key key, Func<CancellationToken, Task<PreparedAnswer>> work)
    {
        var isCancelled = false;
        try
        {
            return await work(stop.Token);
        }
        catch (OperationCanceledException exception) when (!stop.IsCancellationRequested)
        {
            // Somebody else gave up, which is a failure like any other: only what ends with the process is begun anew.
            throw new TimeoutException("The work on a query was given up before it was done.", exception);
        }
        catch (OperationCanceledException)
        {
            isCancelled = true;
            throw;
        }
        finally
        {
            Finish(key, !isCancelled);
        }
    }

    // As if all were found while nobody waits: who waits says so by telling.
    private void Finish(Key key, bool keep)
    {
        List<Piece> dropped = [];
        lock (gate)
        {
            underway.Remove(key, out var piece);
            if (!keep)
                return;
            if (finished.Count == 0)
                sweep.Change(options.KeepFinished, Timeout.InfiniteTimeSpan);
            finished.Add((piece!, time.GetTimestamp()));
            if (finished.Count(entry => entry.Piece.Key.RecipientId == key.RecipientId) > options.MaxFinishedPerRecipient)
                dropped.Add(DropAt(finished.FindIndex(entry => entry.Piece.Key.RecipientId == key.RecipientId)));
            if (finished.Count > options.MaxFinished)
                dropped.Add(DropAt(0));
        }

        LogFailures(dropped);
    }

    private void Sweep()
    {
        List<Piece> dropped = [];
        lock (gate)
        {
            while (finished is [var oldest, ..])
            {
                var left = options.KeepFinished - time.GetElapsedTime(oldest.At);
                if (left > TimeSpan.Zero)
                {
                    sweep.Change(left, Timeout.InfiniteTimeSpan);
                    break;
                }

                dropped.Add(DropAt(0));
            }
        }

        LogFailures(dropped);
    }

    private Piece DropAt(int index)
    {
        var (piece, _) = finished[index];
        finished.RemoveAt(index);
        return piece;
    }

    private void LogFailures(List<Piece> dropped)
    {
        foreach (var piece in dropped)
            _ = LogFailureAsync(piece);
    }

    private async Task LogFailureAsync(Piece piece)
    {
        try
        {
            await piece.Work;
        }
        catch (Exception exception)
        {
            logger.AsyncQueryFailed(exception);
        }
    }

    /// <summary>
    /// What is asked: everything that makes the answer. Of a table whose owner changed what is shared of it, it is another question.
    /// </summary>
    /// <param name="RecipientId">Who asks.</param>
    /// <param name="Table">Of which table, as it is shared now.</param>
    /// <param name="IdempotencyKey">Which of the recipient's queries: the same words mean later versions later.</param>
    /// <param name="Question">The words, with the page and with what the client takes.</param>
    internal sealed record Key(Guid RecipientId, GrantedTable Table, string IdempotencyKey, string Question);

    /// <summary>Work on a question.</summary>
    internal sealed class Piece(Key key, Task<PreparedAnswer> work)
    {
        public Key Key => key;

        /// <summary>What it finds.</summary>
        public Task<PreparedAnswer> Work => work;
    }
}
