namespace Tideway.DeltaSharing.Server.Tables;

/// <summary>Lines of files, without the address and its end: for each file its key, then what comes after the address. Never changes.</summary>
public sealed class EncodedFiles
{
    private readonly byte[] bytes;
    private readonly int[] ends;

    internal EncodedFiles(byte[] bytes, int[] ends)
    {
        this.bytes = bytes;
        this.ends = ends;
    }

    /// <summary>How many files there are.</summary>
    public int Count => ends.Length / 2;

    /// <summary>Bytes held in memory.</summary>
    public long HeldBytes => bytes.Length + ((long)ends.Length * sizeof(int));

    internal ReadOnlySpan<byte> Key(int index) => Part(2 * index);

    internal ReadOnlySpan<byte> Rest(int index) => Part((2 * index) + 1);

    private ReadOnlySpan<byte> Part(int part)
    {
        var start = part == 0 ? 0 : ends[part - 1];
        return bytes.AsSpan(start, ends[part] - start);
    }
}
