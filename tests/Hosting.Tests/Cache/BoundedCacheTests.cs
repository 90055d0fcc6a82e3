using Tideway.Hosting.Cache;
using Tideway.Testing;

namespace Tideway.Hosting.Tests.Cache;

public sealed class BoundedCacheTests
{
    private readonly ManualTimeProvider time = new();

    [Fact]
    public void Where_there_are_too_many_the_oldest_go()
    {
        var cache = new BoundedCache<int>(3, time);

        for (var i = 0; i < 5; i++)
            cache.Set("key" + i, i, TimeSpan.FromMinutes(1));

        cache.Count.ShouldBe(3);
        cache.TryGet("key1", out _, out _).ShouldBeFalse();
        cache.TryGet("key2", out var kept, out var remaining).ShouldBeTrue();
        (kept, remaining).ShouldBe((2, TimeSpan.FromMinutes(1)));
    }

    [Fact]
    public void A_value_ends_when_its_time_is_up()
    {
        var cache = new BoundedCache<int>(3, time);
        cache.Set("key", 1, TimeSpan.FromSeconds(1));

        time.Advance(TimeSpan.FromSeconds(1));

        cache.TryGet("key", out _, out _).ShouldBeFalse();
        cache.Count.ShouldBe(0);
    }

    [Fact]
    public void A_count_begins_anew_once_its_time_is_up()
    {
        var cache = new BoundedCache<long>(3, time);
        cache.Update("key", count => count + 1, TimeSpan.FromSeconds(2)).ShouldBe(1);
        time.Advance(TimeSpan.FromSeconds(1));
        cache.Update("key", count => count + 1, TimeSpan.FromSeconds(2)).ShouldBe(2);
        time.Advance(TimeSpan.FromSeconds(1));

        cache.Update("key", count => count + 1, TimeSpan.FromSeconds(2)).ShouldBe(1);
    }

    [Fact]
    public void A_value_without_a_lifetime_is_not_kept()
    {
        var cache = new BoundedCache<int>(3, time);
        cache.Set("key", 1, TimeSpan.FromSeconds(1));

        cache.Set("key", 2, TimeSpan.Zero);

        cache.TryGet("key", out _, out _).ShouldBeFalse();
    }
}
