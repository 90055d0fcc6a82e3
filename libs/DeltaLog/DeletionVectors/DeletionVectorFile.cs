using System.Buffers.Binary;
using System.IO.Hashing;
using Tideway.DeltaLog.Actions;

namespace Tideway.DeltaLog.DeletionVectors;

/// <summary>
/// A new file of deletion vectors, one after the other.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#deletion-vector-file-storage-format">Deletion Vector File Storage Format</see>.
/// </summary>
internal sealed class DeletionVectorFile : IDisposable
{
    private const byte FormatVersion = 1;

    private readonly Guid id = Guid.CreateVersion7();
    private readonly MemoryStream content = new();

    public DeletionVectorFile() => content.WriteByte(FormatVersion);

    /// <summary>Where the file belongs.</summary>
    public string Key => SingleVectorFile.NameOf(id);

    /// <summary>The file as it is by now.</summary>
    public Stream Content
    {
        get
        {
            content.Position = 0;
            return content;
        }
    }

    /// <summary>Length of the file by now.</summary>
    public long Length => content.Length;

    /// <summary>Adds the vector of a data file and says how to find it.</summary>
    public DeletionVectorDescriptor Add(RowSet rows)
    {
        var data = RoaringBitmapWriter.Write(rows);
        var offset = checked((int)content.Length);
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        content.Write(number);
        content.Write(data);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc32.HashToUInt32(data));
        content.Write(number);
        return new DeletionVectorDescriptor
        {
            StorageType = "u",
            PathOrInlineDv = Z85.Encode(id.ToByteArray(bigEndian: true)),
            Offset = offset,
            SizeInBytes = data.Length,
            Cardinality = rows.Count,
        };
    }

    public void Dispose() => content.Dispose();
}
