namespace Tideway.DeltaSharing.Client.Transport;

/// <summary>Waits between attempts: a random part of a time that doubles, and at least what the server asks for.</summary>
internal sealed class RetryDelays(DeltaSharingClientOptions options, TimeProvider time)
{
    /// <summary>Waits before attempt <paramref name="retry"/> (0 is the first retry); <see langword="false"/> where it is not to be tried again.</summary>
    public async Task<bool> WaitAsync(DeltaSharingException failure, int retry, CancellationToken cancellationToken)
    {
        if (!failure.IsTransient || retry >= options.MaxRetries || failure.RetryAfter > options.MaxRetryDelay)
            return false;
        var longest = Math.Min(options.RetryDelay.Ticks * Math.Pow(2, Math.Min(retry, 30)), options.MaxRetryDelay.Ticks);
#pragma warning disable CA5394 // Spreads load; nobody gains by guessing it.
        var delay = TimeSpan.FromTicks((long)(longest * (0.5 + (Random.Shared.NextDouble() / 2))));
#pragma warning restore CA5394
        if (failure.RetryAfter > delay)
            delay = failure.RetryAfter.Value;
        await Task.Delay(delay, time, cancellationToken).ConfigureAwait(false);
        return true;
    }
}
