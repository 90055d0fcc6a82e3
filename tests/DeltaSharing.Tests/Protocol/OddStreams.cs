namespace Tideway.DeltaSharing.Tests.Protocol;

/// <summary>Hands out its content in pieces of given sizes, again and again.</summary>
internal sealed class ChoppedStream(byte[] content, IReadOnlyList<int> sizes) : MemoryStream(content)
{
    private int reads;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        base.ReadAsync(buffer[..Math.Min(buffer.Length, sizes[reads++ % sizes.Count])], cancellationToken);
}

/// <summary>One line of blanks that goes on for a length.</summary>
internal sealed class EndlessLine(long length) : Stream
{
    private long position;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => position;
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        if (position >= length)
            return 0;
        buffer.AsSpan(offset, count).Fill((byte)' ');
        position += count;
        return count;
    }

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
