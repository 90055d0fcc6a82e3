using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Tideway.DeltaSharing.Server.Access;

namespace Tideway.DeltaSharing.Server.Limits;

/// <summary>
/// Keeps the record of calls beyond the limits cheap: of each recipient the first is recorded before its answer leaves, as every access is; those that follow
/// within a while are counted, and recorded as one with their number.
/// </summary>
public sealed partial class RefusalRecords(IOptions<RecipientLimitOptions> options, TimeProvider time, ILogger<RefusalRecords> logger)
    : BackgroundService,
        IHostedLifecycleService
{
    /// <summary>The parameter of an access record that stands for more than one call.</summary>
    public const string CallsParameter = "refusedCalls";

    private readonly Lock gate = new();
    private readonly Dictionary<(Guid Recipient, IProtocolAccessLog Log), Tally> tallies = [];

    /// <summary>Takes down a refusal that is no call of the protocol's: it is durable, or counted, when the task completes. What the log throws goes through.</summary>
    public async ValueTask RecordAsync(CallPermit permit, Guid recipientId, IProtocolAccessLog log, ProtocolAccess access)
    {
        ArgumentNullException.ThrowIfNull(permit);
        ArgumentNullException.ThrowIfNull(log);
        Telemetry.CountRefusal(permit.RefusedBy);
        if (!IsFirst(recipientId, log, access))
            return;
        try
        {
            await log.RecordAsync(access, CancellationToken.None);
        }
        catch
        {
            Forget(recipientId, log);
            throw;
        }
    }

    /// <summary>Whether a refusal is to be recorded by itself; otherwise it was counted.</summary>
    internal bool IsFirst(Guid recipientId, IProtocolAccessLog log, ProtocolAccess access)
    {
        lock (gate)
        {
            var key = (recipientId, log);
            if (!tallies.TryGetValue(key, out var tally))
            {
                tallies.Add(key, new Tally(time.GetTimestamp()));
                return true;
            }

            tally.Count++;
            tally.Last = access;
            return false;
        }
    }

    /// <summary>A refusal could not be recorded: the next of the recipient is a first one again.</summary>
    internal void Forget(Guid recipientId, IProtocolAccessLog log)
    {
        lock (gate)
            tallies.Remove((recipientId, log));
    }

    // Before anything stops, since what makes records durable stops as well.
    Task IHostedLifecycleService.StoppingAsync(CancellationToken cancellationToken) => RecordAsync(_ => true).WaitAsync(cancellationToken);

    Task IHostedLifecycleService.StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    Task IHostedLifecycleService.StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    async Task IHostedLifecycleService.StoppedAsync(CancellationToken cancellationToken) => await RecordAsync(_ => true);

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.RecordInterval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            await RecordAsync(tally => time.GetElapsedTime(tally.Since) >= options.Value.RecordInterval);
    }

    private async Task RecordAsync(Func<Tally, bool> isDue)
    {
        List<KeyValuePair<(Guid Recipient, IProtocolAccessLog Log), Tally>> due;
        lock (gate)
        {
            due = [.. tallies.Where(tally => isDue(tally.Value))];
            foreach (var tally in due)
                tallies.Remove(tally.Key);
        }

        // Together: what makes records durable takes many at once.
        await Task.WhenAll(due.Select(tally => RecordAsync(tally.Key.Log, tally.Value)));
    }

    private async Task RecordAsync(IProtocolAccessLog log, Tally tally)
    {
        if (tally.Last is not { } access)
            return;
        var parameters = new Dictionary<string, string>(access.Parameters, StringComparer.Ordinal) { [CallsParameter] = tally.Count.ToString() };
        try
        {
            await log.RecordAsync(access with { Parameters = parameters }, CancellationToken.None);
        }
        catch (Exception exception)
        {
            NotRecorded(logger, exception, tally.Count, access.RecipientName);
        }
    }

    private sealed class Tally(long since)
    {
        public long Since { get; } = since;

        public long Count { get; set; }

        public ProtocolAccess? Last { get; set; }
    }

    [LoggerMessage(263, LogLevel.Error, "{Count} calls of {Recipient} beyond its limits could not be recorded")]
    private static partial void NotRecorded(ILogger logger, Exception exception, long count, string? recipient);
}
