namespace Tideway.Audit.Tests.Support;

/// <summary>Waits for what happens on its own time.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static async Task HoldsAsync(Func<Task<bool>> condition, string what)
    {
        using var timeout = new CancellationTokenSource(Patience);
        while (!await condition())
        {
            if (timeout.IsCancellationRequested)
                throw new TimeoutException($"After {Patience.TotalSeconds} s it is still not so that {what}.");
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }
}
