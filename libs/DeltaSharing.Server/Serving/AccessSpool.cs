using System.Diagnostics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Tideway.Hosting.Database;

namespace Tideway.DeltaSharing.Server.Serving;

/// <summary>
/// Makes accesses durable before their answers leave, many at a time: while one group is being written, the next gathers, so that a busy
/// service pays for one commit and one event per group and a quiet one for no waiting at all: who comes while nobody writes does it himself, on the
/// thread he came on. What is written goes out through the outbox of <typeparamref name="TDatabase"/>.
/// </summary>
/// <param name="database">Where accesses become durable.</param>
/// <param name="eventOf">The event that tells of a group of accesses.</param>
/// <param name="options">How many may wait, and how long.</param>
/// <param name="time">Says what time it is.</param>
/// <param name="logger">Told of what could not be recorded.</param>
public sealed partial class AccessSpool<TDatabase, TAccess>(
    TDatabase database,
    Func<IReadOnlyList<TAccess>, object> eventOf,
    IOptions<AccessSpoolOptions> options,
    TimeProvider time,
    ILogger<AccessSpool<TDatabase, TAccess>> logger
) : IHostedService
    where TDatabase : ServiceDatabase
    where TAccess : class
{
    private readonly Lock gate = new();
    private readonly Queue<Group> groups = new();
    private readonly TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Group? gathering;
    private int waiting;
    private bool hasStarted;
    private bool isWriting;
    private bool hasEnded;

    /// <summary>
    /// Completes once <paramref name="access"/> is durable. Throws <see cref="AccessSpoolException"/> where that did not come about in
    /// time. An access whose client went away is recorded all the same.
    /// </summary>
    public Task RecordAsync(TAccess access)
    {
        ArgumentNullException.ThrowIfNull(access);
        Group group;
        lock (gate)
        {
            if (hasEnded || waiting >= options.Value.QueueLength)
                return Task.FromException(
                    new AccessSpoolException($"{options.Value.QueueLength} accesses wait to be recorded already, or the service is stopping.")
                );
            // Who would join those that waited too long already has no time left, and must not be on record as answered.
            if (gathering is { IsDurable.IsCompleted: true })
                return gathering.IsDurable;
            waiting++;
            if (gathering is null || gathering.Accesses.Count == options.Value.BatchSize)
            {
                gathering = new Group(options.Value.Timeout, time);
                groups.Enqueue(gathering);
            }

            group = gathering;
            group.Accesses.Add(access);
            if (isWriting || !hasStarted)
                return group.IsDurable;
            isWriting = true;
        }

        _ = LeadAsync();
        return group.IsDurable;
    }

    /// <inheritdoc />
    public Task StartAsync(CancellationToken cancellationToken)
    {
        lock (gate)
        {
            hasStarted = true;
            isWriting = groups.Count > 0;
            if (isWriting)
                Follow();
        }

        return Task.CompletedTask;
    }

    /// <summary>Refuses what comes from now on, and completes when what waits was written, or when there is no more time for that.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        lock (gate)
        {
            hasEnded = true;
            if (!isWriting)
                return;
        }

        await done.Task.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    // Its caller waits for his own answer, so those who came meanwhile are left to another thread.
    private async Task LeadAsync()
    {
        // A group belongs to no request, nor does what comes of it.
        Activity.Current = null;
        if (Take() is not { } group)
            return;
        await WriteAsync(group);
        if (IsMore())
            Follow();
    }

    // Without the context of whoever happened to be the first.
    private void Follow() => ThreadPool.UnsafeQueueUserWorkItem(static spool => _ = spool.FollowAsync(), this, preferLocal: false);

    private async Task FollowAsync()
    {
        while (Take() is { } group)
            await WriteAsync(group);
    }

    private Group? Take()
    {
        lock (gate)
        {
            if (!IsMore())
                return null;
            var group = groups.Dequeue();
            // Closed: who comes now goes into the next one.
            if (gathering == group)
                gathering = null;
            waiting -= group.Accesses.Count;
            return group;
        }
    }

    // Where there is none, whoever comes next writes.
    private bool IsMore()
    {
        lock (gate)
        {
            isWriting = groups.Count > 0;
            if (!isWriting && hasEnded)
                done.TrySetResult();
            return isWriting;
        }
    }

    private async Task WriteAsync(Group group)
    {
        try
        {
            await using var transaction = await database.BeginAsync(CancellationToken.None);
            transaction.Publish(eventOf(group.Accesses));
            await transaction.CommitAsync(CancellationToken.None);
        }
        catch (Exception exception)
        {
            NotRecorded(logger, exception, group.Accesses.Count, database.Service);
            group.Fail(new AccessSpoolException("The accesses could not be recorded.", exception));
            return;
        }

        group.Succeed();
    }

    /// <summary>Accesses that become durable together. Those who wait for it share one task and one clock.</summary>
    private sealed class Group
    {
        // Asynchronous continuations: an answer must not be written on the thread that records, nor one after the other.
        private readonly TaskCompletionSource durable = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ITimer patience;

        public Group(TimeSpan timeout, TimeProvider time) =>
            patience = time.CreateTimer(
                _ => durable.TrySetException(new AccessSpoolException($"The access was not durable after {timeout}.")),
                null,
                timeout,
                Timeout.InfiniteTimeSpan
            );

        public List<TAccess> Accesses { get; } = [];

        public Task IsDurable => durable.Task;

        public void Succeed()
        {
            patience.Dispose();
            durable.TrySetResult();
        }

        public void Fail(AccessSpoolException exception)
        {
            patience.Dispose();
            durable.TrySetException(exception);
        }
    }

    [LoggerMessage(250, LogLevel.Error, "{Count} accesses of {Service} could not be recorded and were refused")]
    private static partial void NotRecorded(ILogger logger, Exception exception, int count, string service);
}
