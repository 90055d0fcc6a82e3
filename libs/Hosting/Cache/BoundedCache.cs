using System.Diagnostics.CodeAnalysis;

namespace Tideway.Hosting.Cache;

/// <summary>Values in memory that end after a while; where there are too many, those kept longest go first. Thread-safe.</summary>
internal sealed class BoundedCache<TValue>(int capacity, TimeProvider time)
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, LinkedListNode<Entry>> entries = new(StringComparer.Ordinal);
    private readonly LinkedList<Entry> oldestFirst = [];
    private readonly long origin = time.GetTimestamp();

    public int Count
    {
        get
        {
            lock (gate)
                return entries.Count;
        }
    }

    private TimeSpan Now => time.GetElapsedTime(origin);

    public bool TryGet(string key, [MaybeNullWhen(false)] out TValue value, out TimeSpan remaining)
    {
        lock (gate)
        {
            if (entries.TryGetValue(key, out var node) && (remaining = node.Value.End - Now) > TimeSpan.Zero)
            {
                value = node.Value.Value;
                return true;
            }

            if (node is not null)
                Remove(node);
            value = default;
            remaining = default;
            return false;
        }
    }

    public void Set(string key, TValue value, TimeSpan lifetime)
    {
        lock (gate)
        {
            if (entries.TryGetValue(key, out var before))
                Remove(before);
            if (lifetime <= TimeSpan.Zero)
                return;
            while (oldestFirst.First is { } oldest && (entries.Count >= capacity || oldest.Value.End <= Now))
                Remove(oldest);
            entries.Add(key, oldestFirst.AddLast(new Entry(key, value, Now + lifetime)));
        }
    }

    /// <summary>Replaces a value by what comes of it; a value that ended counts as absent. The end stays.</summary>
    public TValue Update(string key, Func<TValue?, TValue> change, TimeSpan lifetime)
    {
        lock (gate)
        {
            var present = TryGet(key, out var before, out var remaining);
            var after = change(before);
            Set(key, after, present ? remaining : lifetime);
            return after;
        }
    }

    public void Remove(string key)
    {
        lock (gate)
        {
            if (entries.TryGetValue(key, out var node))
                Remove(node);
        }
    }

    public void RemoveWhere(Func<TValue, bool> matches)
    {
        lock (gate)
        {
            for (var node = oldestFirst.First; node is not null; )
            {
                var following = node.Next;
                if (matches(node.Value.Value))
                    Remove(node);
                node = following;
            }
        }
    }

    private void Remove(LinkedListNode<Entry> node)
    {
        entries.Remove(node.Value.Key);
        oldestFirst.Remove(node);
    }

    private sealed record Entry(string Key, TValue Value, TimeSpan End);
}
