namespace Tideway.DeltaLog.FileSets;

/// <summary>Partition values as a dictionary, the same one for files of a partition that follow each other. For one thread.</summary>
internal sealed class PartitionValuesCache
{
    private byte[] packed = [];
    private IReadOnlyDictionary<string, string?>? values;

    public IReadOnlyDictionary<string, string?> Read(ReadOnlySpan<byte> tuple)
    {
        if (values is not null && tuple.SequenceEqual(packed))
            return values;
        var cursor = new ByteCursor(tuple);
        values = PackedPairs.Read(ref cursor);
        packed = tuple.ToArray();
        return values;
    }
}
