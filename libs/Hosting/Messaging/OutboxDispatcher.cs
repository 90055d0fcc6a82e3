using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Tideway.Hosting.Database;
using Tideway.Hosting.Telemetry;

namespace Tideway.Hosting.Messaging;

/// <summary>Sends what the transactions of one service left in its outbox, oldest first, and removes it once it is safe elsewhere.</summary>
internal sealed class OutboxDispatcher<TDatabase>(
    TDatabase database,
    IEventTransport transport,
    IOptions<BusOptions> options,
    OutboxGathering gathering,
    TimeProvider time,
    ILogger<OutboxDispatcher<TDatabase>> logger
) : BackgroundService, IOutboxDispatcher
    where TDatabase : ServiceDatabase
{
    // Short: after a broker's return others wait for what is here, and an attempt costs one connection.
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(5);

    // The process has to end soon, and what is left is sent after the next start.
    private static readonly TimeSpan LongestFarewell = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim filled = new(0, 1);
    private int isSignalled;

    public string Service => database.Service;

    public bool IsRunning => ExecuteTask is { IsCompleted: false };

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        database.OutboxFilled += Wake;
        var isGathering = false;
        try
        {
            var failures = 0;
            while (!stoppingToken.IsCancellationRequested)
            {
                try
                {
                    var begun = gathering.Begin();
                    // A full batch means there may be more; anything less, and the next signal tells.
                    while (await SendOldestAsync(stoppingToken) == options.Value.BatchSize) { }
                    isGathering = false;
                    failures = 0;
                    if (await filled.WaitAsync(options.Value.OutboxPollInterval, stoppingToken))
                        // Before the outbox is read: whoever comes after this is signalled again, and what came before is read.
                        Interlocked.Exchange(ref isSignalled, 0);
                    // After a quiet moment the first message goes at once; those that follow close by go together.
                    isGathering = true;
                    await gathering.WaitAsync(begun, stoppingToken);
                }
                catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
                {
                    isGathering = false;
                    var delay = TimeSpan.FromMilliseconds(100 * Math.Pow(2, Math.Min(failures++, 10)) * (1 + (Random.Shared.NextDouble() / 2)));
                    delay = delay < LongestDelay ? delay : LongestDelay;
                    MessagingLog.OutboxFailed(logger, exception, database.Service, delay);
                    await Task.Delay(delay, time, stoppingToken);
                }
            }
        }
        catch (Exception exception) when (stoppingToken.IsCancellationRequested)
        {
            if (exception is not OperationCanceledException)
                MessagingLog.NotSentBeforeTheEnd(logger, exception, database.Service);
            // Stopping; what is left is sent after the next start, but for what only waited for company.
            if (isGathering)
                await SendGatheredAsync();
        }
        finally
        {
            database.OutboxFilled -= Wake;
        }
    }

    private async Task SendGatheredAsync()
    {
        using var enough = new CancellationTokenSource(LongestFarewell, TimeProvider.System);
        try
        {
            while (await SendOldestAsync(enough.Token) == options.Value.BatchSize) { }
        }
        catch (Exception exception)
        {
            MessagingLog.NotSentBeforeTheEnd(logger, exception, database.Service);
        }
    }

    private async Task<int> SendOldestAsync(CancellationToken cancellationToken)
    {
        await transport.WaitUntilReadyAsync(cancellationToken);
        var limit = options.Value.BatchSize;
        if (database.Engine == DatabaseEngine.Sqlite)
        {
            // SQLite has one writer, and consumers in this process need to be it while they handle: read first, delete after.
            var messages = await database.QueryAsync<OutboxMessage>(OutboxSql.Oldest, new { limit }, cancellationToken);
            if (messages.Count == 0)
                return 0;
            var unreadable = await SendAsync(messages, cancellationToken);
            await using var transaction = await database.BeginAsync(cancellationToken);
            await OutboxSql.DeleteAsync(transaction, messages, cancellationToken);
            return await CommitAsync(transaction, messages, unreadable, cancellationToken);
        }

        // Gone only once this commits: after the end of the process or a failure they are there again.
        await using var held = await database.BeginAsync(cancellationToken);
        var taken = await OutboxSql.TakeAsync(held, limit, cancellationToken);
        if (taken.Count == 0)
            return 0;
        return await CommitAsync(held, taken, await SendAsync(taken, cancellationToken), cancellationToken);
    }

    private async Task<IReadOnlyList<(OutboxMessage Message, Exception Reason)>> SendAsync(
        IReadOnlyList<OutboxMessage> messages,
        CancellationToken cancellationToken
    )
    {
        var readable = new List<ReceivedMessage>(messages.Count);
        var unreadable = new List<(OutboxMessage, Exception)>();
        foreach (var message in messages)
        {
            try
            {
                readable.Add(message.Open());
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                // An event that this version cannot read any more must not hold up those after it. Nothing is asked of anybody here, so that another try would fail as well.
                unreadable.Add((message, exception));
            }
        }

        if (readable.Count > 0)
            await transport.SendAsync(readable, cancellationToken);
        return unreadable;
    }

    private async Task<int> CommitAsync(
        ServiceTransaction transaction,
        IReadOnlyList<OutboxMessage> messages,
        IReadOnlyList<(OutboxMessage Message, Exception Reason)> unreadable,
        CancellationToken cancellationToken
    )
    {
        foreach (var (message, reason) in unreadable)
        {
            await ParkedMessageSql.InsertAsync(transaction, ParkedMessages.Outbox, message, reason, 1, time.GetUtcNow(), cancellationToken);
            MessagingLog.Parked(logger, reason, $"{database.Service}-{ParkedMessages.Outbox}", message.MessageId, 1);
        }

        await transaction.CommitAsync(cancellationToken);
        MessagingTelemetry.Published.Add(messages.Count - unreadable.Count);
        return messages.Count;
    }

    // At each commit of a busy service, while a signal is mostly waiting already.
    private void Wake()
    {
        if (Interlocked.Exchange(ref isSignalled, 1) == 0)
            filled.Release();
    }

    public override void Dispose()
    {
        filled.Dispose();
        base.Dispose();
    }
}
