namespace Tideway.DeltaLog.FileSets;

/// <summary>Keys of files one after another, in one buffer.</summary>
internal sealed class FileKeyList
{
    private readonly ByteBuilder text = new(64);
    private readonly List<(int Start, int PathEnd, int End, uint Hash)> keys = [];
    private byte[] scratch = [];

    public int Count => keys.Count;

    public FileKeyBytes this[int index]
    {
        get
        {
            var (start, pathEnd, end, hash) = keys[index];
            return new FileKeyBytes(text.Written[start..pathEnd], text.Written[pathEnd..end], hash);
        }
    }

    /// <summary>Adds the file of that path, however it is spelt.</summary>
    public void Add(ReadOnlySpan<byte> path, ReadOnlySpan<byte> vectorId)
    {
        var canonical = CanonicalPath.Of(path, ref scratch);
        var start = text.Length;
        text.Append(canonical);
        var pathEnd = text.Length;
        text.Append(vectorId);
        keys.Add((start, pathEnd, text.Length, FileHash.Of(canonical, vectorId)));
    }
}
