using Tideway.ObjectStorage;

namespace Tideway.DeltaSharing.Server.PlainCopies;

/// <summary>
/// How much room the copies of a place in a store take: what the last look at it found, and what was put there since. Copies that are being put have theirs
/// already. One look at a time; everything else by several threads.
/// </summary>
/// <param name="most">Most bytes of copies.</param>
internal sealed class CopyRoom(long most)
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, long> underway = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> putMeanwhile = new(StringComparer.Ordinal);
    private long? found;
    private bool isLooking;
    private int looks;

    private long Held => (found ?? 0) + underway.Values.Sum();

    /// <summary>Takes room for a copy that is about to be put. False where there is too little, and where nobody has looked yet.</summary>
    public bool TryTake(string key, long bytes)
    {
        lock (gate)
        {
            if (found is null || Held + bytes > most)
                return false;
            underway.Add(key, bytes);
            return true;
        }
    }

    /// <summary>Whether there is no room for that many bytes more.</summary>
    public bool IsTooSmallFor(long bytes)
    {
        lock (gate)
            return Held + bytes > most;
    }

    /// <summary>A copy that room was taken for is there, or could not be put.</summary>
    public void End(string key, bool isThere)
    {
        lock (gate)
        {
            if (!underway.Remove(key, out var bytes) || !isThere)
                return;
            found += bytes;
            if (isLooking)
                putMeanwhile[key] = bytes;
        }
    }

    /// <summary>
    /// Gives back the room of a copy that a look has found and that is gone. Where there is a later look nothing changes: nobody can say whether that has found it still,
    /// and what is counted too much is right after the next.
    /// </summary>
    public void Remove(ObjectInfo copy, int look)
    {
        lock (gate)
        {
            if (look == looks && !isLooking)
                found -= copy.Size;
        }
    }

    /// <summary>A look begins. Until it ends, what is known counts.</summary>
    public void BeginLook()
    {
        lock (gate)
        {
            putMeanwhile.Clear();
            isLooking = true;
        }
    }

    /// <summary>Whether a copy that the look has found is to be counted; not where it counts anyway, because it is being put or was meanwhile.</summary>
    public bool IsToBeCounted(ObjectInfo copy)
    {
        lock (gate)
            return !underway.ContainsKey(copy.Key) && !putMeanwhile.ContainsKey(copy.Key);
    }

    /// <summary>The look has ended, and counted that many bytes. Says which one it was.</summary>
    public int EndLook(long bytes)
    {
        lock (gate)
        {
            found = bytes + putMeanwhile.Values.Sum();
            putMeanwhile.Clear();
            isLooking = false;
            return ++looks;
        }
    }
}
