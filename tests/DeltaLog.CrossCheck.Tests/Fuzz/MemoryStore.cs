using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Tideway.ObjectStorage;

namespace Tideway.DeltaLog.CrossCheck.Tests.Fuzz;

/// <summary>Objects in memory. Keeps to the rules of keys as every store does, and notes each key that broke them.</summary>
internal sealed class MemoryStore : IObjectStore
{
    private static readonly DateTimeOffset FirstTime = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly SortedList<string, byte[]> objects = new(StringComparer.Ordinal);

    public Uri Root { get; } = new("file:///nowhere/table");

    /// <summary>Keys that were asked for although they lead elsewhere; no store answers them.</summary>
    public ConcurrentBag<string> Refused { get; } = [];

    public IEnumerable<KeyValuePair<string, byte[]>> Objects => objects;

    public byte[] this[string key]
    {
        get => objects[key];
        set => objects[key] = value;
    }

    public bool Remove(string key) => objects.Remove(key);

    public async IAsyncEnumerable<ObjectInfo> ListAsync(
        string prefix,
        string? startAfter = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        ObjectKey.ValidatePrefix(prefix);
        foreach (var (key, bytes) in objects.ToArray())
        {
            if (key.StartsWith(prefix, StringComparison.Ordinal) && (startAfter is null || string.CompareOrdinal(key, startAfter) > 0))
                yield return Info(key, bytes);
        }

        await Task.CompletedTask;
    }

    public Task<ObjectInfo?> FindAsync(string key, CancellationToken cancellationToken = default)
    {
        Validate(key);
        return Task.FromResult(objects.TryGetValue(key, out var bytes) ? Info(key, bytes) : null);
    }

    public Task<Stream> OpenReadAsync(string key, ByteRange? range = null, CancellationToken cancellationToken = default)
    {
        Validate(key);
        if (range is { } wanted && (wanted.Offset < 0 || wanted.Length < 0))
            throw new ArgumentOutOfRangeException(nameof(range));
        if (!objects.TryGetValue(key, out var bytes))
            throw new ObjectStorageException(ObjectStorageError.NotFound, $"There is no '{key}'.");
        var offset = Math.Min(range?.Offset ?? 0, bytes.Length);
        var length = Math.Min(range?.Length ?? bytes.Length, bytes.Length - offset);
        return Task.FromResult<Stream>(new MemoryStream(bytes, (int)offset, (int)length, writable: false));
    }

    public async Task PutAsync(string key, Stream content, CancellationToken cancellationToken = default)
    {
        Validate(key);
        using var buffer = new MemoryStream();
        await content.CopyToAsync(buffer, cancellationToken);
        objects[key] = buffer.ToArray();
    }

    public Task<bool> PutIfAbsentAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default)
    {
        Validate(key);
        return Task.FromResult(objects.TryAdd(key, content.ToArray()));
    }

    public Task DeleteAsync(string key, CancellationToken cancellationToken = default)
    {
        Validate(key);
        objects.Remove(key);
        return Task.CompletedTask;
    }

    public string? LocalPath(string key)
    {
        Validate(key);
        return null;
    }

    private static ObjectInfo Info(string key, byte[] bytes) => new(key, bytes.Length, FirstTime.AddSeconds(key.Length + bytes.Length));

    private void Validate(string key)
    {
        try
        {
            ObjectKey.Validate(key);
        }
        catch (ObjectStorageException)
        {
            Refused.Add(key);
            throw;
        }
    }
}
