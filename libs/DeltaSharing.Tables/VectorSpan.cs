using Tideway.DeltaLog.DeletionVectors;
using Tideway.DeltaSharing.Client.Downloads;

namespace Tideway.DeltaSharing.Tables;

/// <summary>Deletion vectors that lie near each other in one file, to be read with one request.</summary>
public sealed class VectorSpan
{
    /// <summary>The longest part of a file that is read for several vectors, in bytes; one alone may have <see cref="SharedVector.MaxBytes"/>.</summary>
    public const int MaxBytes = 1 << 22;

    /// <summary>The most bytes between two vectors that are rather read in vain than left out by a request of their own.</summary>
    public const int MaxGapBytes = 1 << 16;

    private readonly List<SharedVector> vectors;
    private readonly long offset;
    private long end;

    private VectorSpan(SharedVector first)
    {
        vectors = [first];
        (offset, end) = (first.StoredAt, first.StoredAt + first.StoredBytes);
    }

    /// <summary>The vectors by their places in the file.</summary>
    public IReadOnlyList<SharedVector> Vectors => vectors;

    /// <summary>What the address of the file is asked for again by.</summary>
    public string AddressKey => vectors[0].AddressKey;

    /// <summary>Where the file can be read for a while.</summary>
    public Uri Url => vectors[0].Url!;

    /// <summary>Puts together what lies together; vectors that are in the line itself are left out.</summary>
    public static IReadOnlyList<VectorSpan> Of(IEnumerable<SharedVector> vectors)
    {
        ArgumentNullException.ThrowIfNull(vectors);
        var spans = new List<VectorSpan>();
        foreach (var file in vectors.Where(vector => vector.Url is not null).GroupBy(vector => vector.FileKey, StringComparer.Ordinal))
        {
            VectorSpan? last = null;
            foreach (var vector in file.DistinctBy(vector => vector.Identity).OrderBy(vector => vector.StoredAt))
            {
                if (last is null || !last.TryAdd(vector))
                    spans.Add(last = new VectorSpan(vector));
            }
        }

        return spans;
    }

    /// <summary>Reads the part of the file with all of the vectors.</summary>
    /// <param name="ranges">Reads it.</param>
    /// <param name="findUrl">Gives the address of the file, and a fresh one where that is no longer accepted.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public Task<byte[]> ReadAsync(RangeReader ranges, Func<CancellationToken, Task<Uri>> findUrl, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(ranges);
        return ranges.ReadAsync(findUrl, offset, (int)(end - offset), cancellationToken);
    }

    /// <summary>One of the vectors out of what was read, checked: what a file holds that holds nothing else (<see cref="SingleVectorFile"/>).</summary>
    /// <exception cref="Client.DeltaSharingException">
    /// <see cref="Client.DeltaSharingError.MalformedAnswer"/>: size, checksum or number of rows are others than the line says.
    /// </exception>
    public byte[] ContentOf(SharedVector vector, ReadOnlySpan<byte> read)
    {
        ArgumentNullException.ThrowIfNull(vector);
        return vector.ContentOf(read.Slice((int)(vector.StoredAt - offset), vector.StoredBytes));
    }

    private bool TryAdd(SharedVector vector)
    {
        var newEnd = Math.Max(end, vector.StoredAt + vector.StoredBytes);
        if (vector.StoredAt - end > MaxGapBytes || newEnd - offset > MaxBytes)
            return false;
        vectors.Add(vector);
        end = newEnd;
        return true;
    }
}
