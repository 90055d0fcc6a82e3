using Microsoft.Extensions.Options;
using Tideway.DeltaSharing.Server.Tables;

namespace Tideway.ShareRegistry.TableQuery;

/// <summary>
/// The lines of versions that were asked for of late, but for the addresses: signing is then all that an answer costs. Those used longest ago go first.
/// </summary>
internal sealed class EncodedSnapshots(IOptions<SignedLinesOptions> options, TimeProvider time)
{
    private const int ShareOfAll = 4;

    private static readonly TimeSpan MaxIdle = TimeSpan.FromMinutes(5);

    private readonly Lock gate = new();
    private readonly Dictionary<Key, Entry> entries = [];
    private long bytes;

    /// <summary>The lines of a version, made where they are not there; null where they are not kept.</summary>
    public EncodedFiles? Get(Key key, Func<int, EncodedFiles?> encode)
    {
        lock (gate)
        {
            Trim(options.Value.MaxBytes);
            if (entries.TryGetValue(key, out var entry))
            {
                entry.LastUse = time.GetTimestamp();
                return entry.Files;
            }
        }

        // At worst two who ask at once both make them.
        var files = encode((int)Math.Min(options.Value.MaxBytes / ShareOfAll, int.MaxValue / 2));
        lock (gate)
        {
            if (entries.TryAdd(key, new Entry(files) { LastUse = time.GetTimestamp() }))
                bytes += files?.HeldBytes ?? 0;
            Trim(options.Value.MaxBytes);
        }

        return files;
    }

    private void Trim(long most)
    {
        foreach (var (key, entry) in entries.Where(pair => time.GetElapsedTime(pair.Value.LastUse) > MaxIdle).ToList())
            Remove(key, entry);
        while (bytes > most)
        {
            var (key, entry) = entries.MinBy(pair => pair.Value.LastUse);
            Remove(key, entry);
        }
    }

    private void Remove(Key key, Entry entry)
    {
        entries.Remove(key);
        bytes -= entry.Files?.HeldBytes ?? 0;
    }

    /// <summary>What of a version.</summary>
    internal sealed record Key(VersionIdentity Version, AnswerShape Shape, bool IsPinned);

    private sealed class Entry(EncodedFiles? files)
    {
        public EncodedFiles? Files { get; } = files;

        public long LastUse { get; set; }
    }
}
