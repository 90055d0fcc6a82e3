namespace Tideway.DeltaSharing.Server.Answers;

/// <summary>
/// The further lines of an answer that are kept to be sent again, and with them what the answer became where it was encoded, so that who asks for it encoded
/// again does not have it encoded anew. Safe for use by several threads.
/// </summary>
/// <param name="grow">Asked before more bytes are held, with their number; false where there is no room for them.</param>
public sealed class KeptLines(Func<KeptLines, long, bool> grow)
{
    private readonly Lock gate = new();
    private readonly Dictionary<ContentCoding, EncodedLines> encoded = [];

    /// <summary>How many bytes lines, or what they became, may have: of more none are gathered.</summary>
    public long MostBytes { get; init; } = long.MaxValue;

    /// <summary>The lines as they are; empty until they were made.</summary>
    public ReadOnlyMemory<byte> Lines { get; set; }

    /// <summary>What an answer with these first lines became; <see langword="null"/> where that is not kept.</summary>
    internal EncodedLines? Find(ContentCoding coding, ReadOnlySpan<byte> head)
    {
        lock (gate)
            return encoded.TryGetValue(coding, out var found) && head.SequenceEqual(found.Head) ? found : null;
    }

    /// <summary>Keeps what the answer became, where there is room.</summary>
    internal void Keep(EncodedLines made)
    {
        lock (gate)
        {
            var before = encoded.TryGetValue(made.Coding, out var replaced) ? replaced.HeldBytes : 0;
            if (grow(this, made.HeldBytes - before))
                encoded[made.Coding] = made;
        }
    }
}
