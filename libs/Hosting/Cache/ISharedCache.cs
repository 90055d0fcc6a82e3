namespace Tideway.Hosting.Cache;

/// <summary>
/// Short-lived values that all replicas see where Redis is configured and up, and this process alone sees otherwise. Nothing here is ever the
/// only copy of anything. Never throws because Redis is away.
/// </summary>
public interface ISharedCache
{
    /// <summary>Whether other processes see the values too, when all is well.</summary>
    bool IsShared { get; }

    /// <summary>The value and how long it has left, or <see langword="null"/>.</summary>
    ValueTask<SharedValue?> FindAsync(string key, CancellationToken cancellationToken);

    /// <summary>Keeps a value for <paramref name="lifetime"/>, replacing what is there.</summary>
    ValueTask KeepAsync(string key, byte[] value, TimeSpan lifetime, CancellationToken cancellationToken);

    /// <summary>Forgets a value.</summary>
    ValueTask ForgetAsync(string key, CancellationToken cancellationToken);

    /// <summary>Adds one to a count that begins at zero and ends <paramref name="lifetime"/> after its first increase; returns the new count.</summary>
    ValueTask<long> CountAsync(string key, TimeSpan lifetime, CancellationToken cancellationToken);
}

/// <summary>A value of the <see cref="ISharedCache"/> and how long it has left.</summary>
public sealed record SharedValue(byte[] Value, TimeSpan Remaining);
