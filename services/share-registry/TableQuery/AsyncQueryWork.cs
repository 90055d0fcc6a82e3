using Microsoft.Extensions.Options;

namespace Tideway.ShareRegistry.TableQuery;

/// <summary>
/// The work on queries that clients wait for. There is one piece of it for a query, however many ask for it, and there are only so many at a time over all and
/// for a recipient: a query that finds no place is begun when somebody asks for it again. It ends with the process, and whoever asks by the id begins it anew.
/// </summary>
internal sealed class AsyncQueryWork(IOptions<AsyncQueryOptions> options, ILogger<AsyncQueryWork> logger) : IHostedLifecycleService, IDisposable
{
    private readonly Lock gate = new();
    private readonly Dictionary<Key, Task<IResult>> underway = [];
    private readonly CancellationTokenSource stop = new();

    /// <summary>How many pieces are under way.</summary>
    public int Count
    {
        get
        {
            lock (gate)
                return underway.Count;
        }
    }

    /// <summary>
    /// The work on a query: the piece that is under way, which may make another page of it, or one that is begun here; <see langword="null"/> where there is no
    /// place for it. It is cancelled where the process stops.
    /// </summary>
    public Piece? Begin(Key key, Func<CancellationToken, Task<IResult>> work)
    {
        lock (gate)
        {
            if (underway.TryGetValue(key, out var present))
                return new Piece(present, IsOwn: false);
            if (
                stop.IsCancellationRequested
                || underway.Count >= options.Value.MaxAtOnce
                || underway.Keys.Count(other => other.RecipientId == key.RecipientId) >= options.Value.MaxAtOncePerRecipient
            )
                return null;
            // Who asks may go away before it is done: what it found is there for the next who asks.
            var begun = Task.Run(() => RunAsync(key, work), CancellationToken.None);
            underway.Add(key, begun);
            return new Piece(begun, IsOwn: true);
        }
    }

    /// <summary>Who asked takes nothing of the work: it goes on, and where it fails, the log says so.</summary>
    public void Leave(Piece piece) => _ = LogFailureAsync(piece.Work);

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // Before the web server waits for those who wait for this.
    public Task StoppingAsync(CancellationToken cancellationToken) => stop.CancelAsync();

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        Task all;
        lock (gate)
            all = Task.WhenAll(underway.Values);
        await all.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => stop.Dispose();

    private async Task<IResult> RunAsync(Key key, Func<CancellationToken, Task<IResult>> work)
    {
        try
        {
            return await work(stop.Token);
        }
        finally
        {
            lock (gate)
                underway.Remove(key);
        }
    }

    private async Task LogFailureAsync(Task<IResult> work)
    {
        try
        {
            await work;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // It is begun anew elsewhere or later.
        }
        catch (Exception exception)
        {
            // The next who asks by the id gets it as the answer.
            logger.AsyncQueryFailed(exception);
        }
    }

    /// <summary>Which query: a recipient's key for one of a table.</summary>
    internal sealed record Key(Guid RecipientId, Guid TableId, string IdempotencyKey);

    /// <summary>Work, and whether it was begun for who asked.</summary>
    internal readonly record struct Piece(Task<IResult> Work, bool IsOwn);
}
