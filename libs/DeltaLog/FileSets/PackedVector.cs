using System.Text;
using Tideway.DeltaLog.Actions;

namespace Tideway.DeltaLog.FileSets;

/// <summary>
/// A deletion vector's descriptor as bytes: first what identifies it, then its size and cardinality.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#deletion-vector-descriptor-schema">Deletion Vector Descriptor Schema</see>.
/// </summary>
internal static class PackedVector
{
    public static void AppendId(ByteBuilder target, ReadOnlySpan<byte> storageType, ReadOnlySpan<byte> pathOrInline, int? offset)
    {
        target.AppendText(storageType);
        target.AppendText(pathOrInline);
        target.Append(offset is null ? (byte)0 : (byte)1);
        if (offset is { } value)
            target.AppendInt(value);
    }

    public static void AppendId(ByteBuilder target, DeletionVectorDescriptor vector) =>
        AppendId(target, Encoding.UTF8.GetBytes(vector.StorageType), Encoding.UTF8.GetBytes(vector.PathOrInlineDv), vector.Offset);

    public static void AppendRest(ByteBuilder target, int sizeInBytes, long cardinality)
    {
        target.AppendInt(sizeInBytes);
        target.AppendLong(cardinality);
    }

    /// <summary>The bytes that identify the vector with which <paramref name="packed"/> begins.</summary>
    public static ReadOnlySpan<byte> Id(ReadOnlySpan<byte> packed)
    {
        var cursor = new ByteCursor(packed);
        SkipId(ref cursor);
        return packed[..cursor.Position];
    }

    public static long Cardinality(ReadOnlySpan<byte> packed)
    {
        var cursor = new ByteCursor(packed);
        SkipId(ref cursor);
        cursor.TakeInt();
        return cursor.TakeLong();
    }

    public static DeletionVectorDescriptor Read(ref ByteCursor cursor) =>
        new()
        {
            StorageType = cursor.TakeString(),
            PathOrInlineDv = cursor.TakeString(),
            Offset = cursor.TakeByte() == 0 ? null : cursor.TakeInt(),
            SizeInBytes = cursor.TakeInt(),
            Cardinality = cursor.TakeLong(),
        };

    private static void SkipId(ref ByteCursor cursor)
    {
        cursor.TakeText();
        cursor.TakeText();
        if (cursor.TakeByte() != 0)
            cursor.TakeInt();
    }
}
