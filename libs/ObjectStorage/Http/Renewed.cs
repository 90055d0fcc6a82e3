namespace Tideway.ObjectStorage.Http;

/// <summary>A value that is fetched by the first who needs it and shared by all, and fetched anew when it is no longer good. Safe to use from several threads.</summary>
internal sealed class Renewed<T>(Func<Task<T>> fetchAsync)
    where T : class
{
    private readonly Lock gate = new();
    private Task<T>? latest;

    /// <summary>The value where one was fetched.</summary>
    public T? Known => Volatile.Read(ref latest) is { IsCompletedSuccessfully: true } done ? done.GetAwaiter().GetResult() : null;

    /// <summary>The value, or a newer one where <paramref name="isGood"/> refuses it. Whoever gives up waiting does not end the fetching of others.</summary>
    public async ValueTask<T> GetAsync(Func<T, bool> isGood, CancellationToken cancellationToken)
    {
        if (Known is { } known && isGood(known))
            return known;
        Task<T> task;
        lock (gate)
        {
            if (latest is null or { IsCompleted: true } && !(Known is { } meanwhile && isGood(meanwhile)))
                latest = Task.Run(fetchAsync, CancellationToken.None);
            task = latest!;
        }

        return await task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }
}
