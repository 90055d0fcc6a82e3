namespace Tideway.DeltaLog.FileSets;

/// <summary>The distinct sets of partition values of a segment, each as <see cref="PackedPairs"/>.</summary>
internal sealed class PartitionTuples(byte[] packed, int[] starts)
{
    public int Count => starts.Length - 1;

    public long HeldBytes => packed.Length + ((long)starts.Length * sizeof(int));

    public ReadOnlySpan<byte> this[int index] => packed.AsSpan(starts[index], starts[index + 1] - starts[index]);
}
