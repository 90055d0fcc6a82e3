using Tideway.DeltaLog.Actions;

namespace Tideway.DeltaLog.DeletionVectors;

/// <summary>
/// A deletion vector that comes from another table's file, in a file of its own.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#deletion-vector-file-storage-format">Deletion Vector File Storage Format</see>.
/// </summary>
public static class SingleVectorFile
{
    /// <summary>What a vector takes in a file beside <see cref="DeletionVectorDescriptor.SizeInBytes"/>: its size before it, and its checksum after it.</summary>
    public const int FrameBytes = DeletionVectorReader.SizeBytes + DeletionVectorReader.ChecksumBytes;

    private const byte FormatVersion = 1;

    /// <summary>What the file is called, in the folder of the table.</summary>
    /// <param name="id">What it is named after.</param>
    public static string NameOf(Guid id) => $"deletion_vector_{id:D}.bin";

    /// <summary>Where the vector is in a table that has the file.</summary>
    /// <param name="vector">The vector where it comes from.</param>
    /// <param name="id">What the file is named after.</param>
    public static DeletionVectorDescriptor Describe(DeletionVectorDescriptor vector, Guid id)
    {
        ArgumentNullException.ThrowIfNull(vector);
        return vector with { StorageType = "u", PathOrInlineDv = Z85.Encode(id.ToByteArray(bigEndian: true)), Offset = 1 };
    }

    /// <summary>
    /// What the file holds. Throws <see cref="DeltaLogError.CorruptLog"/> where size, checksum, form or number of rows are not as they should be; needs no more memory
    /// for that, however many rows the vector says are deleted.
    /// </summary>
    /// <param name="vector">What the vector is said to be.</param>
    /// <param name="stored">The vector with <see cref="FrameBytes"/>, as it is in the file that it comes from.</param>
    public static byte[] Content(DeletionVectorDescriptor vector, ReadOnlySpan<byte> stored)
    {
        ArgumentNullException.ThrowIfNull(vector);
        try
        {
            Check(vector, DeletionVectorReader.Unwrap(stored, vector));
        }
        catch (Exception exception) when (exception is FormatException or OverflowException)
        {
            throw Corrupt(exception);
        }

        var content = new byte[1 + stored.Length];
        content[0] = FormatVersion;
        stored.CopyTo(content.AsSpan(1));
        return content;
    }

    /// <summary>Throws <see cref="DeltaLogError.CorruptLog"/> where a vector that is in the descriptor itself is not what that says.</summary>
    public static void CheckInline(DeletionVectorDescriptor vector)
    {
        ArgumentNullException.ThrowIfNull(vector);
        try
        {
            if (vector.StorageType != "i")
                throw new FormatException($"expected an inline vector, found one of the storage type '{vector.StorageType}'");
            var bytes = Z85.Decode(vector.PathOrInlineDv);
            if (vector.SizeInBytes < 0 || bytes.Length < vector.SizeInBytes)
                throw new FormatException($"expected {vector.SizeInBytes} bytes, found {bytes.Length}");
            // Its text is padded to full groups of Z85.
            Check(vector, bytes.AsSpan(0, vector.SizeInBytes));
        }
        catch (Exception exception) when (exception is FormatException or OverflowException)
        {
            throw Corrupt(exception);
        }
    }

    private static void Check(DeletionVectorDescriptor vector, ReadOnlySpan<byte> data)
    {
        if (RoaringBitmap.Count(data) is var rows && rows != vector.Cardinality)
            throw new FormatException($"expected {vector.Cardinality} rows, found {rows}");
    }

    private static DeltaLogException Corrupt(Exception exception) =>
        new(DeltaLogError.CorruptLog, $"The deletion vector is not what it is said to be: {exception.Message}.", exception);
}
