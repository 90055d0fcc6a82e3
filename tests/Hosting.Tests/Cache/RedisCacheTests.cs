using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Tideway.Hosting.Cache;
using Tideway.Testing;
using Tideway.Testing.Servers;

namespace Tideway.Hosting.Tests.Cache;

[Trait("Needs", "Servers")]
public sealed class RedisCacheTests
{
    [Fact]
    public async Task What_one_process_keeps_another_finds_with_the_time_it_has_left()
    {
        var redis = await RedisServer.StartAsync();
        var prefix = NewPrefix();
        using var here = Open(redis.Endpoint, prefix);
        using var there = Open(redis.Endpoint, prefix);

        await here.KeepAsync("key", [1, 2, 3], TimeSpan.FromMinutes(5), CancellationToken.None);

        var found = await there.FindAsync("key", CancellationToken.None);
        found.ShouldNotBeNull();
        found.Value.ShouldBe([1, 2, 3]);
        found.Remaining.ShouldBeInRange(TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5));
        await there.ForgetAsync("key", CancellationToken.None);
        (await here.FindAsync("key", CancellationToken.None)).ShouldBeNull();
    }

    [Fact]
    public async Task Processes_count_together()
    {
        var redis = await RedisServer.StartAsync();
        var prefix = NewPrefix();
        using var here = Open(redis.Endpoint, prefix);
        using var there = Open(redis.Endpoint, prefix);

        (await here.CountAsync("n", TimeSpan.FromMinutes(5), CancellationToken.None)).ShouldBe(1);
        (await there.CountAsync("n", TimeSpan.FromMinutes(5), CancellationToken.None)).ShouldBe(2);
    }

    [Fact]
    public async Task A_process_that_loses_redis_goes_on_alone_says_so_once_and_returns_to_it()
    {
        await using var redis = await RedisServer.StartPrivateAsync();
        var prefix = NewPrefix();
        var log = new ListLogger();
        var time = new ManualTimeProvider();
        using var cache = Open(redis.Endpoint, prefix, log, time);
        await cache.KeepAsync("before", [1], TimeSpan.FromHours(1), CancellationToken.None);

        await redis.StopAsync();
        await Eventually.Async(async () =>
        {
            await cache.KeepAsync("during", [2], TimeSpan.FromHours(1), CancellationToken.None);
            return log.Lines.Count == 1;
        });
        for (var i = 0; i < 20; i++)
        {
            (await cache.FindAsync("during", CancellationToken.None))!.Value.ShouldBe([2]);
            (await cache.FindAsync("before", CancellationToken.None))!.Value.ShouldBe([1]);
            (await cache.CountAsync("n", TimeSpan.FromHours(1), CancellationToken.None)).ShouldBe(i + 1);
        }

        log.Lines.ShouldHaveSingleItem().ShouldContain("does not answer");
        await redis.StartAgainAsync();
        await Eventually.Async(async () =>
        {
            time.Advance(TimeSpan.FromSeconds(3));
            await cache.KeepAsync("after", [3], TimeSpan.FromHours(1), CancellationToken.None);
            return log.Lines.Count == 2;
        });
        log.Lines[1].ShouldContain("answers again");
        using var other = Open(redis.Endpoint, prefix);
        await Eventually.Async(async () =>
        {
            await cache.KeepAsync("after", [3], TimeSpan.FromHours(1), CancellationToken.None);
            return await other.FindAsync("after", CancellationToken.None) is not null;
        });
    }

    [Fact]
    public async Task A_process_that_never_reached_redis_works_alone()
    {
        using var cache = Open("127.0.0.1:1", NewPrefix());

        await cache.KeepAsync("key", [1], TimeSpan.FromMinutes(1), CancellationToken.None);

        (await cache.FindAsync("key", CancellationToken.None))!.Value.ShouldBe([1]);
    }

    private static string NewPrefix() => Guid.CreateVersion7().ToString("N") + ":";

    private static RedisCache Open(string endpoint, string prefix, ILogger<RedisCache>? log = null, TimeProvider? time = null) =>
        new(
            Options.Create(
                new RedisOptions
                {
                    Endpoint = endpoint,
                    KeyPrefix = prefix,
                    Timeout = TimeSpan.FromSeconds(10),
                }
            ),
            new MemoryCache(TimeProvider.System),
            time ?? TimeProvider.System,
            log ?? NullLogger<RedisCache>.Instance
        );

    private sealed class ListLogger : ILogger<RedisCache>
    {
        private readonly Lock gate = new();
        private readonly List<string> lines = [];

        public List<string> Lines
        {
            get
            {
                lock (gate)
                    return [.. lines];
            }
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (gate)
                lines.Add(formatter(state, exception));
        }
    }
}
