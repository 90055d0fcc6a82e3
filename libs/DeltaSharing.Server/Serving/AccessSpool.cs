using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Tideway.Hosting.Database;

namespace Tideway.DeltaSharing.Server.Serving;

/// <summary>
/// Makes accesses durable before their answers leave, many at a time: while one group is being written, the next gathers, so that a busy
/// service pays for one commit per group and a quiet one for no waiting at all. What is written goes out through the outbox of
/// <typeparamref name="TDatabase"/>.
/// </summary>
public sealed partial class AccessSpool<TDatabase>(
    TDatabase database,
    IOptions<AccessSpoolOptions> options,
    TimeProvider time,
    ILogger<AccessSpool<TDatabase>> logger
) : BackgroundService
    where TDatabase : ServiceDatabase
{
    private readonly Channel<Entry> entries = Channel.CreateBounded<Entry>(
        new BoundedChannelOptions(options.Value.QueueLength) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait }
    );

    /// <summary>
    /// Completes once <paramref name="accessEvent"/> is durable. Throws <see cref="AccessSpoolException"/> where that did not come about in
    /// time. An access whose client went away is recorded all the same.
    /// </summary>
    public async Task RecordAsync(object accessEvent)
    {
        ArgumentNullException.ThrowIfNull(accessEvent);
        var entry = new Entry(accessEvent);
        if (!entries.Writer.TryWrite(entry))
            throw new AccessSpoolException($"{options.Value.QueueLength} accesses wait to be recorded already, or the service is stopping.");
        try
        {
            await entry.Durable.Task.WaitAsync(options.Value.Timeout, time);
        }
        catch (TimeoutException exception)
        {
            throw new AccessSpoolException($"The access was not durable after {options.Value.Timeout}.", exception);
        }
    }

    /// <inheritdoc />
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        // What waits is still written; only then does the loop end.
        entries.Writer.TryComplete();
        if (ExecuteTask is { } running)
            await running.WaitAsync(cancellationToken);
        await base.StopAsync(cancellationToken);
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var group = new List<Entry>();
        while (await entries.Reader.WaitToReadAsync(CancellationToken.None))
        {
            group.Clear();
            while (group.Count < options.Value.BatchSize && entries.Reader.TryRead(out var entry))
                group.Add(entry);
            await WriteAsync(group);
        }
    }

    private async Task WriteAsync(List<Entry> group)
    {
        try
        {
            await using var transaction = await database.BeginAsync(CancellationToken.None);
            foreach (var entry in group)
                transaction.Publish(entry.AccessEvent);
            await transaction.CommitAsync(CancellationToken.None);
        }
        catch (Exception exception)
        {
            NotRecorded(logger, exception, group.Count, database.Service);
            foreach (var entry in group)
                entry.Durable.TrySetException(new AccessSpoolException("The access could not be recorded.", exception));
            return;
        }

        foreach (var entry in group)
            entry.Durable.TrySetResult();
    }

    private sealed class Entry(object accessEvent)
    {
        public object AccessEvent { get; } = accessEvent;

        // Asynchronous continuations: an answer must not be written on the thread that records.
        public TaskCompletionSource Durable { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    [LoggerMessage(250, LogLevel.Error, "{Count} accesses of {Service} could not be recorded and were refused")]
    private static partial void NotRecorded(ILogger logger, Exception exception, int count, string service);
}
