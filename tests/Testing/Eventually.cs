using System.Diagnostics;

namespace Tideway.Testing;

/// <summary>Waits for a condition instead of for a time.</summary>
public static class Eventually
{
    /// <summary>How long is waited where nothing is said; generous, because it only costs anything where a test fails.</summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(60);

    /// <summary>Returns once <paramref name="condition"/> holds; throws <see cref="TimeoutException"/> after <paramref name="timeout"/>.</summary>
    public static async Task Async(Func<Task<bool>> condition, TimeSpan? timeout = null, string? because = null)
    {
        var limit = timeout ?? Patience;
        var watch = Stopwatch.StartNew();
        var wait = TimeSpan.FromMilliseconds(5);
        while (!await condition())
        {
            if (watch.Elapsed > limit)
                throw new TimeoutException($"{because ?? "The condition"} did not come about within {limit}.");
            await Task.Delay(wait);
            wait = wait < TimeSpan.FromMilliseconds(200) ? wait * 1.5 : wait;
        }
    }

    /// <summary>Returns once <paramref name="condition"/> holds; throws <see cref="TimeoutException"/> after <paramref name="timeout"/>.</summary>
    public static Task Async(Func<bool> condition, TimeSpan? timeout = null, string? because = null) =>
        Async(() => Task.FromResult(condition()), timeout, because);

    /// <summary>Returns the first value for which <paramref name="condition"/> holds; throws <see cref="TimeoutException"/> after <paramref name="timeout"/>.</summary>
    public static async Task<T> Async<T>(Func<Task<T>> read, Func<T, bool> condition, TimeSpan? timeout = null, string? because = null)
    {
        var value = default(T)!;
        await Async(
            async () =>
            {
                value = await read();
                return condition(value);
            },
            timeout,
            because
        );
        return value;
    }
}
