using Microsoft.Extensions.Options;
using Tideway.DeltaLog.Snapshots;
using Tideway.DeltaSharing.Server.Serving;

namespace Tideway.ShareRegistry.TableQuery;

/// <summary>
/// The lines of whole versions as they were signed for a recipient a moment ago, to be handed to the same recipient again: the end that they state is
/// still true, and whether the recipient may have them was looked up anew. What was kept goes with its time, and the oldest where it becomes too much.
/// </summary>
internal sealed class SignedLines(IOptions<FileUrlOptions> urls, IOptions<SignedLinesOptions> options, TimeProvider time)
{
    // An answer that takes more than its share of the memory is made anew each time.
    private const int BytesPerFile = 600;
    private const int ShareOfAll = 4;

    private readonly Lock gate = new();
    private readonly Dictionary<Key, Entry> entries = [];
    private long bytes;

    // Of the time that an address is good for, nearly all is left to who gets it second hand.
    private TimeSpan Lifetime => TimeSpan.FromTicks(Math.Min(options.Value.Lifetime.Ticks, urls.Value.UrlLifetime.Ticks / 10));

    /// <summary>How many bytes are kept.</summary>
    public long Bytes
    {
        get
        {
            lock (gate)
                return bytes;
        }
    }

    /// <summary>Whether anything is kept.</summary>
    public bool IsOn => Lifetime > TimeSpan.Zero;

    /// <summary>Whether lines of that many files are few enough to be kept.</summary>
    public bool Keeps(int fileCount) => (long)fileCount * BytesPerFile <= options.Value.MaxBytes / ShareOfAll;

    public Entry? Find(Key key)
    {
        lock (gate)
        {
            RemoveEnded();
            return entries.GetValueOrDefault(key);
        }
    }

    public void Keep(Key key, string requestId, byte[] lines, DateTimeOffset firstExpiry)
    {
        if (lines.Length > options.Value.MaxBytes / ShareOfAll)
            return;
        lock (gate)
        {
            RemoveEnded();
            if (entries.Remove(key, out var before))
                bytes -= before.Lines.Length;
            while (bytes + lines.Length > options.Value.MaxBytes)
                Remove(entries.MinBy(pair => pair.Value.SignedAt));
            entries.Add(key, new Entry(requestId, lines, firstExpiry, time.GetUtcNow()));
            bytes += lines.Length;
        }
    }

    private void RemoveEnded()
    {
        var now = time.GetUtcNow();
        foreach (var pair in entries.Where(pair => now - pair.Value.SignedAt >= Lifetime).ToList())
            Remove(pair);
    }

    private void Remove(KeyValuePair<Key, Entry> pair)
    {
        entries.Remove(pair.Key);
        bytes -= pair.Value.Lines.Length;
    }

    /// <summary>Whose lines of what. A version is the object that was read: of a table made anew under the same name it is another one.</summary>
    internal sealed record Key(Snapshot Snapshot, Guid RecipientId, Guid TableId, AnswerShape Shape, bool IsPinned);

    /// <summary>Lines, and the exchange that they were signed in.</summary>
    internal sealed record Entry(string RequestId, ReadOnlyMemory<byte> Lines, DateTimeOffset FirstExpiry, DateTimeOffset SignedAt);
}
