using System.IO.Compression;
using System.IO.Hashing;

namespace Tideway.DeltaSharing.Client.Transport;

/// <summary>
/// The body of an answer that came as gzip. One that is cut off, or is not what its checksum and length say, is a failure: what came of it could look whole. What
/// it becomes is bounded as if it had come plain; and since a hostile server could make much of little, an answer that becomes far more than lines of the protocol
/// do is refused.
/// </summary>
internal sealed class InflatedStream : ReceivedStream
{
    private const int Unsuspicious = 1024 * 1024;
    private const int MostTimes = 100;

    private readonly GzipInput input;
    private readonly Answer answer;
    private readonly Crc32 checksum = new();
    private DeflateStream? member;
    private uint memberLength;
    private long length;
    private bool isBegun;

    public InflatedStream(Stream encoded, Answer answer)
        : this(new GzipInput(encoded, answer), answer) { }

    private InflatedStream(GzipInput input, Answer answer)
        : base(input)
    {
        this.input = input;
        this.answer = answer;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty)
            return 0;
        while (member is not null || await BeginMemberAsync(cancellationToken).ConfigureAwait(false))
        {
            var read = await InflateAsync(buffer, cancellationToken).ConfigureAwait(false);
            if (read > 0)
                return Count(buffer.Span[..read]);
            if (!await input.EndMemberAsync(checksum.GetCurrentHashAsUInt32(), memberLength, cancellationToken).ConfigureAwait(false))
                throw input.CutOff();
            await member!.DisposeAsync().ConfigureAwait(false);
            member = null;
        }

        return 0;
    }

    public override async ValueTask DisposeAsync()
    {
        if (member is not null)
            await member.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            member?.Dispose();
        base.Dispose(disposing);
    }

    // No byte at all is what some servers send for nothing.
    private async Task<bool> BeginMemberAsync(CancellationToken cancellationToken)
    {
        if (!await input.BeginMemberAsync(!isBegun, cancellationToken).ConfigureAwait(false))
            return false;
        isBegun = true;
        checksum.Reset();
        memberLength = 0;
        member = new DeflateStream(input, CompressionMode.Decompress, leaveOpen: true);
        return true;
    }

    private async ValueTask<int> InflateAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            var read = await member!.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            // It asks for more only before its end.
            return read > 0 || !input.IsExhausted ? read : throw input.CutOff();
        }
        catch (InvalidDataException exception)
        {
            throw input.IsExhausted ? input.CutOff() : answer.Malformed($"an answer that is gzip as its header says. {exception.Message}", exception);
        }
    }

    private int Count(ReadOnlySpan<byte> bytes)
    {
        input.Yielded();
        checksum.Append(bytes);
        memberLength += (uint)bytes.Length;
        length += bytes.Length;
        if (length > Unsuspicious && length / MostTimes > input.Count)
            throw answer.TooLarge($"an answer that is at most {MostTimes} times as long as what was sent of it");
        return bytes.Length;
    }
}
