using Microsoft.Extensions.Options;
using Tideway.DeltaSharing.Server.Answers;
using Tideway.DeltaSharing.Server.Serving;

namespace Tideway.ShareRegistry.TableQuery;

/// <summary>
/// The lines of whole versions as they were signed for a recipient a moment ago, to be handed to the same recipient again: the end that they state is
/// still true, and whether the recipient may have them was looked up anew. What answers with them became when they were encoded is kept with them. What was
/// kept goes with its time, and the oldest where it becomes too much.
/// </summary>
internal sealed class SignedLines(IOptions<FileUrlOptions> urls, IOptions<SignedLinesOptions> options, TimeProvider time)
{
    // An answer that takes more than its share of the memory is made anew each time.
    private const int BytesPerFile = 600;
    private const int ShareOfAll = 4;

    // What has ended is no longer handed out; where there is much, looking for all of it at each call would keep other calls waiting.
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new();
    private readonly Dictionary<Key, Entry> entries = [];
    private long bytes;
    private DateTimeOffset nextLook;

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

    /// <summary>How many bytes one answer's lines may have.</summary>
    private long MostBytes => options.Value.MaxBytes / ShareOfAll;

    /// <summary>Whether anything is kept.</summary>
    public bool IsOn => Lifetime > TimeSpan.Zero;

    /// <summary>Whether lines of that many files are few enough to be kept.</summary>
    public bool Keeps(int fileCount) => (long)fileCount * BytesPerFile <= MostBytes;

    public Entry? Find(Key key)
    {
        var now = time.GetUtcNow();
        lock (gate)
        {
            RemoveEnded(now);
            return entries.GetValueOrDefault(key) is { } entry && now < entry.EndsAt ? entry : null;
        }
    }

    /// <summary>Lines that are yet to be made, and kept by <see cref="Keep"/>.</summary>
    public KeptLines Begin(Key key) => new((lines, more) => TryGrow(key, lines, more)) { MostBytes = MostBytes };

    public void Keep(Key key, string requestId, KeptLines lines, DateTimeOffset firstExpiry)
    {
        var (length, now) = (lines.Lines.Length, time.GetUtcNow());
        // Addresses end earlier than usual where the credentials end that signed them.
        var left = (firstExpiry - now) / 10;
        var endsAt = now + (left < Lifetime ? left : Lifetime);
        if (length > MostBytes || endsAt <= now)
            return;
        lock (gate)
        {
            RemoveEnded(now);
            if (entries.TryGetValue(key, out var before))
                Remove(key, before);
            MakeRoom(length, null);
            entries.Add(key, new Entry(requestId, lines, firstExpiry, now, endsAt) { HeldBytes = length });
            bytes += length;
        }
    }

    private bool TryGrow(Key key, KeptLines lines, long more)
    {
        lock (gate)
        {
            // Others may have taken their place, or time.
            if (!entries.TryGetValue(key, out var entry) || entry.Kept != lines || !MakeRoom(more, entry))
                return false;
            entry.HeldBytes += more;
            bytes += more;
            return true;
        }
    }

    private bool MakeRoom(long more, Entry? spared)
    {
        while (bytes + more > options.Value.MaxBytes)
        {
            var oldest = entries.Where(pair => pair.Value != spared).MinBy(pair => pair.Value.SignedAt);
            if (oldest.Key is null)
                return false;
            Remove(oldest.Key, oldest.Value);
        }

        return true;
    }

    private void RemoveEnded(DateTimeOffset now)
    {
        if (now < nextLook)
            return;
        nextLook = now + BetweenLooks;
        foreach (var (key, entry) in entries.Where(pair => now >= pair.Value.EndsAt).ToList())
            Remove(key, entry);
    }

    private void Remove(Key key, Entry entry)
    {
        entries.Remove(key);
        bytes -= entry.HeldBytes;
    }

    /// <summary>Whose lines of what.</summary>
    internal sealed record Key(VersionIdentity Version, Guid RecipientId, Guid TableId, AnswerShape Shape, bool IsPinned);

    /// <summary>Lines, and the exchange that they were signed in.</summary>
    internal sealed class Entry(string requestId, KeptLines kept, DateTimeOffset firstExpiry, DateTimeOffset signedAt, DateTimeOffset endsAt)
    {
        public string RequestId => requestId;

        public KeptLines Kept => kept;

        public DateTimeOffset FirstExpiry => firstExpiry;

        public DateTimeOffset SignedAt => signedAt;

        /// <summary>When it is no longer handed out.</summary>
        public DateTimeOffset EndsAt => endsAt;

        /// <summary>Bytes that the lines take, encoded ones included.</summary>
        public long HeldBytes { get; set; }
    }
}
