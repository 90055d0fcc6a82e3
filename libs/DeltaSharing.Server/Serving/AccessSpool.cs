using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Tideway.Hosting.Database;

namespace Tideway.DeltaSharing.Server.Serving;

/// <summary>
/// Makes accesses durable before their answers leave, many at a time: while one group is being written, the next gathers, so that a busy
/// service pays for one commit and one event per group and a quiet one for no waiting at all. What is written goes out through the outbox of
/// <typeparamref name="TDatabase"/>.
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
) : BackgroundService
    where TDatabase : ServiceDatabase
    where TAccess : class
{
    private readonly Lock gate = new();
    private readonly Channel<Group> groups = Channel.CreateUnbounded<Group>(new UnboundedChannelOptions { SingleReader = true });
    private Group? gathering;
    private int waiting;
    private bool ended;

    /// <summary>
    /// Completes once <paramref name="access"/> is durable. Throws <see cref="AccessSpoolException"/> where that did not come about in
    /// time. An access whose client went away is recorded all the same.
    /// </summary>
    public Task RecordAsync(TAccess access)
    {
        ArgumentNullException.ThrowIfNull(access);
        lock (gate)
        {
            if (ended || waiting >= options.Value.QueueLength)
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
                groups.Writer.TryWrite(gathering);
            }

            gathering.Accesses.Add(access);
            return gathering.IsDurable;
        }
    }

    /// <inheritdoc />
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        // What waits is still written; only then does the loop end.
        lock (gate)
        {
            ended = true;
            groups.Writer.TryComplete();
        }

        // Or until there is no more time: who waits then gets no answer.
        if (ExecuteTask is { } running)
            await running.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await base.StopAsync(cancellationToken);
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var group in groups.Reader.ReadAllAsync(CancellationToken.None))
        {
            lock (gate)
            {
                // Closed: who comes now goes into the next one.
                if (gathering == group)
                    gathering = null;
                waiting -= group.Accesses.Count;
            }

            await WriteAsync(group);
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
