namespace Tideway.ObjectStorage.Http;

/// <summary>
/// A value that ends by itself: fetched by the first who needs it and shared by all, and fetched anew, by one at a time, when half of its time is gone. What is at
/// hand is used as long as it is good, also while nothing newer can be had. Safe to use from several threads.
/// </summary>
/// <param name="fetchAsync">Fetches one; throws <see cref="ObjectStorageException"/> where it cannot be had.</param>
/// <param name="endOf">When a value ends; null where nobody says.</param>
/// <param name="time">The clock.</param>
internal sealed class RenewedEarly<T>(Func<Task<T>> fetchAsync, Func<T, DateTimeOffset?> endOf, TimeProvider time)
    where T : class
{
    // With less than this left, a request waits for what is newer: it could arrive too late.
    private static readonly TimeSpan Reserve = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan WithoutEnd = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan SoonestRenewal = TimeSpan.FromSeconds(10);

    // So long after a renewal began whoever wants much time left waits for it before taking what is at hand: all who come together, no longer than the first.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestPauseWithNothing = TimeSpan.FromSeconds(4);

    private readonly Lock gate = new();
    private volatile Held? held;
    private volatile ObjectStorageException? failure;
    private Task? fetching;
    private long fetchingSince;
    private DateTimeOffset notBefore;
    private int failures;

    private sealed record Held(T Value, DateTimeOffset RenewAt, DateTimeOffset EndsAt);

    /// <summary>The newest that was fetched, good or not.</summary>
    public T? Known => held?.Value;

    /// <summary>Why the last attempt to fetch one failed; null where it did not.</summary>
    public ObjectStorageException? Failure => failure;

    /// <summary>The value. Where that is good but due, a newer one is fetched meanwhile. Throws where there is none, what the fetching threw.</summary>
    public ValueTask<T> GetAsync(CancellationToken cancellationToken) => GetAsync(TimeSpan.Zero, TimeSpan.Zero, cancellationToken);

    /// <summary>The same, but waits a moment for a newer one where the value is due.</summary>
    public ValueTask<T> GetFreshAsync(CancellationToken cancellationToken) => GetAsync(TimeSpan.Zero, Patience, cancellationToken);

    /// <summary>The value, and a newer one where it ends sooner than in that time; where none is to be had that is good so long, what there is.</summary>
    public ValueTask<T> GetAsync(TimeSpan goodFor, CancellationToken cancellationToken) => GetAsync(goodFor, Timeout.InfiniteTimeSpan, cancellationToken);

    /// <summary>The newest that was fetched, without waiting. Throws where none was.</summary>
    public T Current()
    {
        if (held is not { } known)
            throw failure is { } reason
                ? new ObjectStorageException(reason.Error, reason.Message, reason)
                : new ObjectStorageException(ObjectStorageError.Unavailable, "There are no credentials yet; they are fetched before anything is signed.");
        if (time.GetUtcNow() is var now && now >= known.RenewAt)
            _ = Renew(now);
        return known.Value;
    }

    private async ValueTask<T> GetAsync(TimeSpan goodFor, TimeSpan patience, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var known = held;
        if (known is not null && now < known.EndsAt && known.EndsAt - now >= goodFor)
        {
            if (now < known.RenewAt)
                return known.Value;
            // Due, and long enough for whoever said how long that is.
            if (goodFor > TimeSpan.Zero)
                patience = TimeSpan.Zero;
        }

        var renewal = Renew(now);
        if (known is not null && now < known.EndsAt - Reserve)
        {
            if (patience > TimeSpan.Zero)
                patience -= time.GetElapsedTime(Interlocked.Read(ref fetchingSince));
            if (patience > TimeSpan.Zero || patience == Timeout.InfiniteTimeSpan)
                await Task.WhenAny(renewal, Task.Delay(patience, cancellationToken)).ConfigureAwait(false);
            return held!.Value;
        }

        await renewal.WaitAsync(cancellationToken).ConfigureAwait(false);
        if (held is { } newest && time.GetUtcNow() < newest.EndsAt)
            return newest.Value;
        // Anew, since several threads throw it.
        throw failure is { } reason
            ? new ObjectStorageException(reason.Error, reason.Message, reason)
            : new ObjectStorageException(ObjectStorageError.Unavailable, $"Credentials ended at {held?.EndsAt:u}, before they could be used.");
    }

    // The fetching that is under way, or has just failed.
    private Task Renew(DateTimeOffset now)
    {
        lock (gate)
        {
            if (fetching is not { IsCompleted: false } && now >= notBefore)
            {
                fetchingSince = time.GetTimestamp();
                fetching = Task.Run(FetchAsync, CancellationToken.None);
            }

            return fetching ?? Task.CompletedTask;
        }
    }

    private async Task FetchAsync()
    {
        try
        {
            var value = await fetchAsync().ConfigureAwait(false);
            var now = time.GetUtcNow();
            var end = endOf(value);
            if (end <= now)
                throw new ObjectStorageException(ObjectStorageError.Unavailable, $"Credentials came that had ended already, at {end:u}.");
            lock (gate)
            {
                held = new Held(value, RenewalOf(now, end), end ?? DateTimeOffset.MaxValue);
                (failures, failure, notBefore) = (0, null, now);
            }
        }
        catch (Exception exception)
        {
            // Whoever waits is told; else it shows in Failure, and what is at hand goes on being used.
            lock (gate)
            {
                failure = exception as ObjectStorageException ?? Unforeseen(exception);
                notBefore = PauseUntil(time.GetUtcNow(), ++failures);
            }
        }
    }

    // What an answer can hold that nobody thought of. Not the exception itself, which could show a piece of it.
    private static ObjectStorageException Unforeseen(Exception exception) =>
        new(ObjectStorageError.Unavailable, $"Could not get credentials: what came is not what it should be ({exception.GetType().Name}).");

    // By chance somewhat earlier or later, so that many processes that began together do not ask together.
    private static DateTimeOffset RenewalOf(DateTimeOffset now, DateTimeOffset? end)
    {
        var wait = (end - now ?? 2 * WithoutEnd) * (0.45 + (Random.Shared.NextDouble() / 10));
        return now + (wait > SoonestRenewal ? wait : SoonestRenewal);
    }

    private DateTimeOffset PauseUntil(DateTimeOffset now, int attempts)
    {
        var isGood = held is { } known && now < known.EndsAt - Reserve;
        var longest = isGood ? LongestPause : LongestPauseWithNothing;
        var ceiling = Math.Min(longest.TotalSeconds, Math.Pow(2, Math.Min(attempts, 10) - 1));
        var until = now + TimeSpan.FromSeconds(ceiling * (0.5 + (Random.Shared.NextDouble() / 2)));
        return isGood && until > held!.EndsAt - Reserve ? held.EndsAt - Reserve : until;
    }
}
