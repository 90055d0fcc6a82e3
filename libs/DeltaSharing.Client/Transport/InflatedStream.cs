using System.IO.Compression;

namespace Tideway.DeltaSharing.Client.Transport;

/// <summary>
/// The body of an answer that came as gzip. What it becomes is bounded as if it had come plain; and since a hostile server could make much of little, an answer
/// that becomes far more than lines of the protocol do is refused.
/// </summary>
internal sealed class InflatedStream : ReceivedStream
{
    private const int Unsuspicious = 1024 * 1024;
    private const int MostTimes = 100;

    private readonly Counted encoded;
    private readonly Answer answer;
    private long length;

    public InflatedStream(Stream encoded, Answer answer)
        : this(new Counted(encoded), answer) { }

    private InflatedStream(Counted encoded, Answer answer)
        : base(new GZipStream(encoded, CompressionMode.Decompress))
    {
        this.encoded = encoded;
        this.answer = answer;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int read;
        try
        {
            read = await Inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (InvalidDataException exception)
        {
            throw answer.Malformed($"an answer that is gzip as its header says. {exception.Message}", exception);
        }

        length += read;
        if (length > Unsuspicious && length / MostTimes > encoded.Count)
            throw answer.TooLarge($"an answer that is at most {MostTimes} times as long as what was sent of it");
        return read;
    }

    private sealed class Counted(Stream inner) : ReceivedStream(inner)
    {
        public long Count { get; private set; }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await Inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            Count += read;
            return read;
        }
    }
}
