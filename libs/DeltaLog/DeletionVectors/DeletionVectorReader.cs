using System.Buffers.Binary;
using System.IO.Hashing;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Snapshots;
using Tideway.ObjectStorage;

namespace Tideway.DeltaLog.DeletionVectors;

/// <summary>
/// Fetches deletion vectors.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#deletion-vector-file-storage-format">Deletion Vector File Storage Format</see>.
/// </summary>
internal sealed class DeletionVectorReader(IObjectStore store, bool allowFilesOutside = false)
{
    private const int UuidCharacters = 20;
    public const int SizeBytes = 4;
    public const int ChecksumBytes = 4;

    /// <summary>The rows that are deleted; <see cref="DeltaLogError.CorruptLog"/> where the vector is damaged or missing.</summary>
    public async Task<RowSet> ReadAsync(DeletionVectorDescriptor vector, CancellationToken cancellationToken)
    {
        try
        {
            if (vector.SizeInBytes < 0 || vector.Offset < 0)
                throw new FormatException("offset and size must not be negative");
            var bytes = vector.StorageType == "i" ? Z85.Decode(vector.PathOrInlineDv) : await FetchAsync(vector, cancellationToken).ConfigureAwait(false);
            if (bytes.Length < vector.SizeInBytes)
                throw new FormatException($"expected {vector.SizeInBytes} bytes, found {bytes.Length}");
            // Inline text is padded to full groups of Z85.
            var rows = RoaringBitmap.Read(bytes.AsSpan(0, vector.SizeInBytes));
            return rows.Count == vector.Cardinality ? rows : throw new FormatException($"expected {vector.Cardinality} rows, found {rows.Count}");
        }
        catch (Exception exception)
            when (exception
                    is FormatException
                        or ObjectStorageException { Error: ObjectStorageError.NotFound or ObjectStorageError.InvalidKey }
                        or OverflowException
                        or IOException
                        or UnauthorizedAccessException
            )
        {
            throw new DeltaLogException(
                DeltaLogError.CorruptLog,
                $"The deletion vector '{vector.UniqueId}' of '{store.Root}' cannot be read: {exception.Message}",
                exception
            )
            {
                TableRoot = store.Root,
                File = vector.PathOrInlineDv,
            };
        }
    }

    /// <summary>The key of the file that holds the vector; <see langword="null"/> for an inline one.</summary>
    public static string? Key(DeletionVectorDescriptor vector, Uri root)
    {
        switch (vector.StorageType)
        {
            case "i":
                return null;
            case "p":
                return FilePath.Key(vector.PathOrInlineDv, root);
            case "u" when vector.PathOrInlineDv.Length >= UuidCharacters:
                var uuid = new Guid(Z85.Decode(vector.PathOrInlineDv.AsSpan(vector.PathOrInlineDv.Length - UuidCharacters)), bigEndian: true);
                var prefix = vector.PathOrInlineDv[..^UuidCharacters];
                return $"{(prefix.Length > 0 ? prefix + "/" : "")}deletion_vector_{uuid:D}.bin";
            default:
                throw new FormatException($"the storage type '{vector.StorageType}' with '{vector.PathOrInlineDv}' is not known");
        }
    }

    private async Task<byte[]> FetchAsync(DeletionVectorDescriptor vector, CancellationToken cancellationToken)
    {
        var range = new ByteRange(vector.Offset ?? 0, SizeBytes + (long)vector.SizeInBytes + ChecksumBytes);
        var content = await OpenAsync(vector, range, cancellationToken).ConfigureAwait(false);
        await using (content.ConfigureAwait(false))
        {
            using var buffer = new MemoryStream();
            await content.CopyToAsync(buffer, cancellationToken).ConfigureAwait(false);
            return Unwrap(buffer.ToArray(), vector).ToArray();
        }
    }

    private async Task<Stream> OpenAsync(DeletionVectorDescriptor vector, ByteRange range, CancellationToken cancellationToken)
    {
        if (!allowFilesOutside || vector.StorageType != "p" || FilePath.OutsideOnDisk(vector.PathOrInlineDv, store.Root) is not { } outside)
            return await store.OpenReadAsync(Key(vector, store.Root)!, range, cancellationToken).ConfigureAwait(false);
        // Outside the table only the local disk is read.
        var file = File.OpenRead(outside);
        await using (file.ConfigureAwait(false))
        {
            var part = new byte[Math.Max(0, Math.Min(range.Length, file.Length - range.Offset))];
            file.Position = Math.Min(range.Offset, file.Length);
            await file.ReadExactlyAsync(part, cancellationToken).ConfigureAwait(false);
            return new MemoryStream(part, writable: false);
        }
    }

    /// <summary>The vector out of its size, bytes and checksum; <see cref="FormatException"/> where they do not fit.</summary>
    public static ReadOnlySpan<byte> Unwrap(ReadOnlySpan<byte> stored, DeletionVectorDescriptor vector)
    {
        if (stored.Length != SizeBytes + vector.SizeInBytes + ChecksumBytes)
            throw new FormatException($"expected {vector.SizeInBytes} bytes and their checksum, found {stored.Length - SizeBytes}");
        if (BinaryPrimitives.ReadInt32BigEndian(stored) is var size && size != vector.SizeInBytes)
            throw new FormatException($"expected a vector of {vector.SizeInBytes} bytes, found one of {size}");
        var data = stored[SizeBytes..^ChecksumBytes];
        return Crc32.HashToUInt32(data) == BinaryPrimitives.ReadUInt32BigEndian(stored[^ChecksumBytes..])
            ? data
            : throw new FormatException("its checksum does not match");
    }
}
