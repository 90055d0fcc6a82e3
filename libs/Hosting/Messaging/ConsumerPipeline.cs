using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Tideway.Hosting.Telemetry;

namespace Tideway.Hosting.Messaging;

/// <summary>
/// Brings messages to a consumer, whichever way they came. A batch is handled in one transaction with its inbox notes; where that fails, each
/// message on its own with retries; what still fails is parked. Throws only where nothing could be written at all, so that the transport keeps
/// the messages.
/// </summary>
internal sealed class ConsumerPipeline(IServiceScopeFactory scopes, TimeProvider time, ILogger<ConsumerPipeline> logger)
{
    public async Task ConsumeAsync(ConsumerRegistration registration, IReadOnlyList<ReceivedMessage> messages, CancellationToken cancellationToken)
    {
        if (registration.IsBroadcast)
        {
            await BroadcastAsync(registration, messages, cancellationToken);
            return;
        }

        if (messages.Count > 1)
        {
            try
            {
                await HandleAsync(registration, messages, cancellationToken);
                return;
            }
            catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
            {
                MessagingLog.BatchFailed(logger, exception, registration.Queue, messages.Count);
            }
        }

        await HandleEachAsync(registration, messages, cancellationToken);
    }

    /// <summary>Handles a parked message once more; that, and that it is parked no longer, commit together.</summary>
    public async Task<(ReplayOutcome Outcome, string? Reason)> ReplayAsync(
        ConsumerRegistration registration,
        ParkedMessage parked,
        CancellationToken cancellationToken
    )
    {
        try
        {
            var deleted = await HandleAsync(registration, [parked.ToOutbox().Open()], cancellationToken, parked.ParkedId);
            return (deleted ? ReplayOutcome.Replayed : ReplayOutcome.NotFound, null);
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            MessagingLog.AttemptFailed(logger, exception, registration.Queue, parked.MessageId, parked.Attempts + 1);
            await using var scope = scopes.CreateAsyncScope();
            await using var transaction = await registration.Database(scope.ServiceProvider).BeginAsync(cancellationToken);
            var reason = ParkedMessageSql.ReasonOf(exception);
            await transaction.ExecuteAsync(
                ParkedMessageSql.NoteFailure,
                new
                {
                    reason,
                    now = time.GetUtcNow(),
                    id = parked.ParkedId,
                },
                cancellationToken
            );
            await transaction.CommitAsync(cancellationToken);
            return (ReplayOutcome.Failed, reason);
        }
    }

    // In rounds, so that what waits for its next attempt holds up none of the others.
    private async Task HandleEachAsync(ConsumerRegistration registration, IReadOnlyList<ReceivedMessage> messages, CancellationToken cancellationToken)
    {
        var delays = registration.Policy.RetryDelays;
        for (var attempt = 1; messages.Count > 0; attempt++)
        {
            var failed = new List<ReceivedMessage>();
            foreach (var message in messages)
            {
                try
                {
                    await HandleAsync(registration, [message], cancellationToken);
                }
                catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
                {
                    if (attempt > delays.Count || registration.Policy.IsPermanent(exception))
                    {
                        await ParkAsync(registration, message, exception, attempt, cancellationToken);
                        continue;
                    }

                    MessagingLog.AttemptFailed(logger, exception, registration.Queue, message.MessageId, attempt);
                    failed.Add(message);
                }
            }

            if (failed.Count > 0)
                await Task.Delay(delays[attempt - 1] * (1 + (Random.Shared.NextDouble() / 2)), time, cancellationToken);
            messages = failed;
        }
    }

    private async Task<bool> HandleAsync(
        ConsumerRegistration registration,
        IReadOnlyList<ReceivedMessage> messages,
        CancellationToken cancellationToken,
        Guid? parkedId = null
    )
    {
        await using var scope = scopes.CreateAsyncScope();
        var database = registration.Database(scope.ServiceProvider);
        await using var transaction = await database.BeginAsync(cancellationToken);
        // Somebody else may have replayed or dropped it meanwhile.
        if (parkedId is { } id && await transaction.ExecuteAsync(ParkedMessageSql.Delete, new { id }, cancellationToken) == 0)
            return false;
        var fresh = await InboxSql.NoteAsync(transaction, database.Engine, registration.Name, messages, time.GetUtcNow(), cancellationToken);
        foreach (var message in messages)
        {
            if (!fresh.Remove(message.MessageId))
            {
                MessagingTelemetry.Duplicates.Add(1, new KeyValuePair<string, object?>("messaging.destination.name", registration.Queue));
                continue;
            }

            using var activity = MessagingTelemetry.StartConsume(registration.Queue, message);
            await registration.InvokeAsync(scope.ServiceProvider, message, transaction, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        MessagingTelemetry.Consumed.Add(messages.Count, new KeyValuePair<string, object?>("messaging.destination.name", registration.Queue));
        return true;
    }

    private async Task BroadcastAsync(ConsumerRegistration registration, IReadOnlyList<ReceivedMessage> messages, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        foreach (var message in messages)
            await registration.InvokeAsync(scope.ServiceProvider, message, null, cancellationToken);
    }

    private async Task ParkAsync(
        ConsumerRegistration registration,
        ReceivedMessage message,
        Exception exception,
        int attempts,
        CancellationToken cancellationToken
    )
    {
        await using var scope = scopes.CreateAsyncScope();
        await using var transaction = await registration.Database(scope.ServiceProvider).BeginAsync(cancellationToken);
        await ParkedMessageSql.InsertAsync(transaction, registration.Name, message, exception, attempts, time.GetUtcNow(), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        MessagingTelemetry.Parked.Add(1, new KeyValuePair<string, object?>("messaging.destination.name", registration.Queue));
        MessagingLog.Parked(logger, exception, registration.Queue, message.MessageId, attempts);
    }
}
