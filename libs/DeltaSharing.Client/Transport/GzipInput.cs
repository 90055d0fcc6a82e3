using System.Buffers.Binary;

namespace Tideway.DeltaSharing.Client.Transport;

/// <summary>
/// The bytes of a gzip body (RFC 1952): what is packed is handed on, what is around it is read here. Who unpacks says neither whether the packed bytes came to
/// their end nor where that is, so the one is seen by what it asks for and the other by the checksum that follows.
/// </summary>
internal sealed class GzipInput(Stream inner, Answer answer) : ReceivedStream(inner)
{
    private const int FillBytes = 16 * 1024;
    private const int TrailerBytes = 8;

    // No more than one block of packed bytes could be for nothing.
    private const int MostForNothing = 1024 * 1024;

    private readonly byte[] buffer = new byte[TrailerBytes + FillBytes + (2 * TrailerBytes)];
    private int packed;
    private int piece;
    private int start;
    private int end;
    private long countBefore;

    /// <summary>How many bytes came.</summary>
    public long Count { get; private set; }

    /// <summary>Whether more was asked for than came.</summary>
    public bool IsExhausted { get; private set; }

    /// <summary>Something came of what was handed on.</summary>
    public void Yielded() => countBefore = Count;

    public override async ValueTask<int> ReadAsync(Memory<byte> target, CancellationToken cancellationToken = default)
    {
        if (start == end && !await FillAsync(cancellationToken).ConfigureAwait(false))
        {
            IsExhausted = true;
            return 0;
        }

        var length = Math.Min(target.Length, end - start);
        buffer.AsMemory(start, length).CopyTo(target);
        piece = start;
        start += length;
        return length;
    }

    /// <summary>Reads the head of a member; <see langword="false"/> where there is none, but the end of the body.</summary>
    public async Task<bool> BeginMemberAsync(bool isFirst, CancellationToken cancellationToken)
    {
        int next;
        do
        {
            next = await NextAsync(cancellationToken).ConfigureAwait(false);
        } while (next == 0 && !isFirst);
        if (next < 0)
            return false;
        if (next != 0x1f || await RequireAsync(cancellationToken).ConfigureAwait(false) != 0x8b)
            throw answer.Malformed($"an answer that is gzip as its header says, got other bytes {(isFirst ? "at its beginning" : "after its end")}");
        var method = await RequireAsync(cancellationToken).ConfigureAwait(false);
        var flags = await RequireAsync(cancellationToken).ConfigureAwait(false);
        if (method != 8 || (flags & 0xe0) != 0)
            throw answer.Malformed($"gzip of method 8 with flags below 32, got method {method} and flags {flags}");
        await SkipAsync(6, cancellationToken).ConfigureAwait(false);
        if ((flags & 4) != 0)
        {
            var low = await RequireAsync(cancellationToken).ConfigureAwait(false);
            await SkipAsync(low | (await RequireAsync(cancellationToken).ConfigureAwait(false) << 8), cancellationToken).ConfigureAwait(false);
        }

        // A name and a comment end with a zero each.
        for (var texts = ((flags >> 3) & 1) + ((flags >> 4) & 1); texts > 0; )
            texts -= await RequireAsync(cancellationToken).ConfigureAwait(false) == 0 ? 1 : 0;
        if ((flags & 2) != 0)
            await SkipAsync(2, cancellationToken).ConfigureAwait(false);
        packed = piece = start;
        return true;
    }

    /// <summary>
    /// Goes on behind the member whose packed bytes ended in what was handed on last; <see langword="false"/> where its checksum and length are not there.
    /// </summary>
    public async Task<bool> EndMemberAsync(uint checksum, uint length, CancellationToken cancellationToken)
    {
        while (end - start < TrailerBytes)
        {
            if (buffer.Length - end < TrailerBytes)
                MakeRoom();
            var read = await Inner.ReadAsync(buffer.AsMemory(end, TrailerBytes), cancellationToken).ConfigureAwait(false);
            if (read == 0)
                break;
            Count += read;
            end += read;
        }

        // The last bits may have been held back from the piece before.
        for (var at = FirstKept; at <= start && at + TrailerBytes <= end; at++)
        {
            if (
                BinaryPrimitives.ReadUInt32LittleEndian(buffer.AsSpan(at)) == checksum
                && BinaryPrimitives.ReadUInt32LittleEndian(buffer.AsSpan(at + 4)) == length
            )
            {
                start = at + TrailerBytes;
                return true;
            }
        }

        return false;
    }

    private int FirstKept => Math.Max(packed, piece - TrailerBytes);

    // Short members follow each other without anything being filled in between.
    private void MakeRoom()
    {
        var first = FirstKept;
        buffer.AsSpan(first, end - first).CopyTo(buffer);
        (packed, piece, start, end) = (0, piece - first, start - first, end - first);
    }

    private async ValueTask<int> NextAsync(CancellationToken cancellationToken) =>
        start < end || await FillAsync(cancellationToken).ConfigureAwait(false) ? buffer[start++] : -1;

    private async ValueTask<int> RequireAsync(CancellationToken cancellationToken)
    {
        var next = await NextAsync(cancellationToken).ConfigureAwait(false);
        return next >= 0 ? next : throw CutOff();
    }

    private async Task SkipAsync(int count, CancellationToken cancellationToken)
    {
        for (; count > 0; count--)
            await RequireAsync(cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        if (Count - countBefore > MostForNothing)
            throw answer.TooLarge($"something to come of {MostForNothing} packed bytes");
        // What was handed on last is looked into once more where a member ends.
        var kept = Math.Min(start - packed, TrailerBytes);
        buffer.AsSpan(start - kept, kept).CopyTo(buffer);
        packed = 0;
        piece = start = end = kept;
        var read = await Inner.ReadAsync(buffer.AsMemory(start, FillBytes), cancellationToken).ConfigureAwait(false);
        Count += read;
        end += read;
        return read > 0;
    }

    public DeltaSharingException CutOff() =>
        new(
            DeltaSharingError.ConnectionBroken,
            $"{answer.Source}: expected an answer in gzip to its end, as its checksum and length tell, got {Count} bytes that are not."
        )
        {
            RequestId = answer.RequestId,
            IsTransient = true,
        };
}
