using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.DeletionVectors;
using Tideway.InboundSync.Runs;
using Tideway.ObjectStorage;

namespace Tideway.InboundSync.Mirror;

/// <summary>What a deletion vector is, whatever it is called.</summary>
internal static class VectorBytes
{
    /// <summary>
    /// Whether a vector that came is the one that a file of the local table has; one that is not there any more is not. Both are of one size, which
    /// <see cref="ReceivedFile.MayHaveSameVector"/> tells.
    /// </summary>
    public static async Task<bool> AreSameAsync(
        IObjectStore store,
        DeletionVectorDescriptor came,
        DeletionVectorDescriptor held,
        CancellationToken cancellationToken
    ) =>
        await ReadAsync(store, held, cancellationToken) is { } there
        && await ReadAsync(store, came, cancellationToken) is { } here
        && here.AsSpan().SequenceEqual(there);

    private static async Task<byte[]?> ReadAsync(IObjectStore store, DeletionVectorDescriptor vector, CancellationToken cancellationToken)
    {
        // An inline one has no file.
        if (vector.Key(store.Root) is not { } key)
            return null;
        var length = vector.SizeInBytes + SingleVectorFile.FrameBytes;
        try
        {
            await using var stream = await store.OpenReadAsync(key, new ByteRange(vector.Offset ?? 0, length), cancellationToken);
            using var bytes = new MemoryStream(length);
            await stream.CopyToAsync(bytes, cancellationToken);
            return bytes.ToArray();
        }
        catch (ObjectStorageException exception) when (exception.Error == ObjectStorageError.NotFound)
        {
            return null;
        }
    }
}
