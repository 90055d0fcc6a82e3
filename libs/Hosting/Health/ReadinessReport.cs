using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Tideway.Hosting.Cache;
using Tideway.Hosting.Database;
using Tideway.Hosting.Messaging;
using Tideway.Hosting.Messaging.RabbitMq;

namespace Tideway.Hosting.Health;

/// <summary>Asks everything the process needs whether it is there, all at the same time.</summary>
internal sealed class ReadinessReport(IServiceProvider services, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public async Task<(bool IsReady, IReadOnlyDictionary<string, CheckResult> Checks)> MakeAsync(CancellationToken cancellationToken)
    {
        var results = await Task.WhenAll(Checks().Select(check => RunAsync(check, cancellationToken)));
        var byName = new SortedDictionary<string, CheckResult>(StringComparer.Ordinal);
        foreach (var (name, result) in results)
            byName[name] = result;
        return (byName.Values.All(result => result.Ready), byName);
    }

    private IEnumerable<IReadinessCheck> Checks()
    {
        foreach (var database in services.GetServices<ServiceDatabase>())
            yield return new DatabaseReadiness(database);
        foreach (var dispatcher in services.GetServices<IHostedService>().OfType<IOutboxDispatcher>())
            yield return new OutboxReadiness(dispatcher);
        if (services.GetRequiredService<IOptions<BusOptions>>().Value.Transport == BusTransport.RabbitMq)
            yield return new BusReadiness(services.GetRequiredService<RabbitMqBus>());
        if (services.GetRequiredService<ISharedCache>() is RedisCache redis)
            yield return new RedisReadiness(redis);
        foreach (var check in services.GetServices<IReadinessCheck>())
            yield return check;
    }

    private async Task<(string Name, CheckResult Result)> RunAsync(IReadinessCheck check, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Readiness readiness;
        try
        {
            // A check that does not heed its token must not hold up the report; nor one that never awaits.
            readiness = await Task.Run(() => check.CheckAsync(limit.Token), CancellationToken.None).WaitAsync(Patience, time, cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            readiness = new Readiness(false, exception is TimeoutException ? $"no answer within {Patience.TotalSeconds} s" : exception.Message);
            await limit.CancelAsync();
        }

        return (check.Name, new CheckResult(readiness.IsReady, readiness.Description, Math.Round(time.GetElapsedTime(start).TotalMilliseconds, 1)));
    }
}

/// <summary>How a check went.</summary>
internal sealed record CheckResult(bool Ready, string? Description, double DurationMs);
