using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Tideway.Hosting.Cache;

/// <summary>The <see cref="ISharedCache"/> in Redis. While Redis is away the process goes on with its own memory, and does not wait for Redis at every call.</summary>
internal sealed partial class RedisCache(IOptions<RedisOptions> options, MemoryCache alone, TimeProvider time, ILogger<RedisCache> logger)
    : ISharedCache,
        IDisposable
{
    private const string Count = "local n = redis.call('INCR', KEYS[1]) if n == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end return n";

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    private readonly Lock gate = new();
    private readonly string prefix = options.Value.KeyPrefix;
    private Task<ConnectionMultiplexer>? connecting;
    private long awaySince;
    private bool isAway;

    public bool IsShared => true;

    public async ValueTask<SharedValue?> FindAsync(string key, CancellationToken cancellationToken)
    {
        var (answered, found) = await TryAsync(database => database.StringGetWithExpiryAsync(prefix + key), cancellationToken);
        if (!answered)
            return await alone.FindAsync(key, cancellationToken);
        return found.Value.IsNull || found.Expiry is not { } remaining ? null : new SharedValue(found.Value!, remaining);
    }

    public async ValueTask KeepAsync(string key, byte[] value, TimeSpan lifetime, CancellationToken cancellationToken)
    {
        if (lifetime <= TimeSpan.Zero)
            return;
        // In both, so that a process which loses Redis still knows what it put there.
        await alone.KeepAsync(key, value, lifetime, cancellationToken);
        await TryAsync(database => database.StringSetAsync(prefix + key, value, lifetime), cancellationToken);
    }

    public async ValueTask ForgetAsync(string key, CancellationToken cancellationToken)
    {
        await alone.ForgetAsync(key, cancellationToken);
        await TryAsync(database => database.KeyDeleteAsync(prefix + key), cancellationToken);
    }

    public async ValueTask<long> CountAsync(string key, TimeSpan lifetime, CancellationToken cancellationToken)
    {
        var (answered, count) = await TryAsync(
            database => database.ScriptEvaluateAsync(Count, [prefix + key], [(long)lifetime.TotalMilliseconds]),
            cancellationToken
        );
        return answered ? (long)count! : await alone.CountAsync(key, lifetime, cancellationToken);
    }

    /// <summary>Where Redis is, and whether it answers just now.</summary>
    public async ValueTask<(string Endpoint, bool Answers)> LookAsync(CancellationToken cancellationToken)
    {
        var (answered, _) = await TryAsync(database => database.PingAsync(), cancellationToken);
        return (options.Value.Endpoint!, answered);
    }

    public void Dispose()
    {
        if (connecting is { IsCompletedSuccessfully: true })
            connecting.GetAwaiter().GetResult().Dispose();
    }

    private async Task<(bool Answered, T? Answer)> TryAsync<T>(Func<IDatabase, Task<T>> ask, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            if (isAway && time.GetElapsedTime(awaySince) < Pause)
                return (false, default);
        }

        try
        {
            var redis = await Connect().WaitAsync(options.Value.Timeout, time, cancellationToken);
            var answer = await ask(redis.GetDatabase()).WaitAsync(options.Value.Timeout, time, cancellationToken);
            Note(away: null);
            return (true, answer);
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException or ObjectDisposedException)
        {
            Note(exception);
            return (false, default);
        }
    }

    private Task<ConnectionMultiplexer> Connect()
    {
        lock (gate)
        {
            if (connecting is null or { IsFaulted: true })
                connecting = Task.Run(() => ConnectionMultiplexer.ConnectAsync(Configuration()));
            return connecting;
        }
    }

    private ConfigurationOptions Configuration()
    {
        var configuration = ConfigurationOptions.Parse(options.Value.Endpoint!);
        configuration.Password = options.Value.Password;
        configuration.Ssl = options.Value.Ssl;
        configuration.ClientName = "tideway";
        // It goes on trying by itself.
        configuration.AbortOnConnectFail = false;
        configuration.ConnectTimeout = 2000;
        return configuration;
    }

    // Said once when it goes and once when it comes back, not at every call between.
    private void Note(Exception? away)
    {
        lock (gate)
        {
            if (away is not null)
                awaySince = time.GetTimestamp();
            if (isAway == away is not null)
                return;
            isAway = away is not null;
        }

        if (away is null)
            CameBack(logger, options.Value.Endpoint!);
        else
            WentAway(logger, away, options.Value.Endpoint!);
    }

    [LoggerMessage(500, LogLevel.Warning, "Redis at {Endpoint} does not answer; this process goes on with its own memory")]
    private static partial void WentAway(ILogger logger, Exception exception, string endpoint);

    [LoggerMessage(501, LogLevel.Information, "Redis at {Endpoint} answers again")]
    private static partial void CameBack(ILogger logger, string endpoint);
}
