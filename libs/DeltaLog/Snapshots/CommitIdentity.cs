using System.Buffers.Binary;
using System.Security.Cryptography;
using Tideway.DeltaLog.LogSegments;
using Tideway.ObjectStorage;

namespace Tideway.DeltaLog.Snapshots;

/// <summary>
/// What tells the commit of a version from another one that has taken its name since, as when a table is removed and made anew: when it was written, and how
/// long it is. Stores may tell time in whole seconds only, so of a commit that was just written the first bytes count as well, which hold ids and times.
/// </summary>
internal sealed class CommitIdentity
{
    // Longer than any store's tick and the difference of clocks that are kept in step.
    private static readonly TimeSpan Doubtful = TimeSpan.FromSeconds(5);
    private const int HeadBytes = 4096;

    private readonly DateTimeOffset modified;
    private readonly long size;
    private readonly ulong? head;
    private volatile bool isSettled;

    private CommitIdentity(DateTimeOffset modified, long size, ulong? head)
    {
        this.modified = modified;
        this.size = size;
        this.head = head;
        isSettled = head is null;
    }

    /// <summary>The identity of a commit that was found. Take it before the commit is read: what comes in between is told later.</summary>
    public static async Task<CommitIdentity> TakeAsync(IObjectStore store, ObjectInfo commit, TimeProvider time, CancellationToken cancellationToken)
    {
        var isDoubtful = time.GetUtcNow() - commit.LastModified < Doubtful;
        return new CommitIdentity(
            commit.LastModified,
            commit.Size,
            isDoubtful ? await HeadAsync(store, commit.Key, cancellationToken).ConfigureAwait(false) : null
        );
    }

    /// <summary>Whether the commit that is found now is the same.</summary>
    public async Task<bool> IsSameAsync(IObjectStore store, ObjectInfo? found, TimeProvider time, CancellationToken cancellationToken)
    {
        if (found is null || !IsSameTime(found.LastModified, modified) || found.Size != size)
            return false;
        if (isSettled)
            return true;
        var now = time.GetUtcNow();
        if (await HeadAsync(store, found.Key, cancellationToken).ConfigureAwait(false) != head)
            return false;
        // Whatever took its place from now on would be younger.
        isSettled = now - modified >= Doubtful;
        return true;
    }

    /// <summary>Looks for the commit of that version.</summary>
    public async Task<bool> IsSameAsync(IObjectStore store, long version, TimeProvider time, CancellationToken cancellationToken) =>
        await IsSameAsync(store, await store.FindAsync(LogFile.CommitKey(version), cancellationToken).ConfigureAwait(false), time, cancellationToken)
            .ConfigureAwait(false);

    // A look at one object tells whole seconds, as HTTP has them, where the list of the same store may tell more.
    private static bool IsSameTime(DateTimeOffset one, DateTimeOffset other) =>
        one == other || ((one - other).Duration() < TimeSpan.FromSeconds(1) && (IsWhole(one) || IsWhole(other)));

    private static bool IsWhole(DateTimeOffset time) => time.UtcTicks % TimeSpan.TicksPerSecond == 0;

    // Null where it is gone.
    private static async Task<ulong?> HeadAsync(IObjectStore store, string key, CancellationToken cancellationToken)
    {
        try
        {
            var content = await store.OpenReadAsync(key, new ByteRange(0, HeadBytes), cancellationToken).ConfigureAwait(false);
            await using (content.ConfigureAwait(false))
            {
                var bytes = new byte[HeadBytes];
                var read = await content.ReadAtLeastAsync(bytes, HeadBytes, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
                return BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(bytes.AsSpan(0, read)));
            }
        }
        catch (ObjectStorageException exception) when (exception.Error == ObjectStorageError.NotFound)
        {
            return null;
        }
    }
}
