using System.Buffers;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Snapshots;
using Tideway.ObjectStorage;
using Tideway.ObjectStorage.Signing;

namespace Tideway.DeltaSharing.Server.Tables;

/// <summary>
/// The addresses of the files of one answer. Those of one minute have the same end, so that also the last file of a long answer can be read for the whole
/// lifetime. Not for several threads.
/// </summary>
public sealed class AnswerUrls : IDisposable
{
    private const int VectorFilesKept = 1024;
    private const int UsesBetweenLooks = 256;

    private static readonly TimeSpan SameEnd = TimeSpan.FromMinutes(1);

    private readonly Func<IUrlBatch> begin;
    private readonly Uri root;
    private readonly TimeProvider time;
    private readonly Dictionary<string, byte[]> vectors = new(StringComparer.Ordinal);
    private readonly ArrayBufferWriter<byte> scratch = new();
    private IUrlBatch batch;
    private long begun;
    private int uses;

    /// <summary>Addresses below a table's folder.</summary>
    /// <param name="signer">Signs.</param>
    /// <param name="table">The table's folder.</param>
    /// <param name="root">The table's root as its log knows it.</param>
    /// <param name="lifetime">How long each is good for.</param>
    /// <param name="requestId">The exchange.</param>
    /// <param name="context">Goes with each address, for the access records.</param>
    /// <param name="time">Says what time it is.</param>
    public AnswerUrls(IUrlSigner signer, StorageLocation table, Uri root, TimeSpan lifetime, string requestId, string context, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(signer);
        ArgumentNullException.ThrowIfNull(time);
        begin = () => signer.Begin(table, lifetime, requestId, context);
        this.root = root;
        this.time = time;
        batch = begin();
        begun = time.GetTimestamp();
    }

    /// <summary>When the first of the addresses made so far ends to be good; <see langword="null"/> while there is none.</summary>
    public DateTimeOffset? FirstExpiry { get; private set; }

    /// <summary>When the addresses made now end to be good, in milliseconds of unix time.</summary>
    internal long ExpiresAt
    {
        get
        {
            if (uses++ % UsesBetweenLooks == 0 && time.GetElapsedTime(begun) > SameEnd)
                Renew();
            FirstExpiry ??= batch.ExpiresAt;
            return batch.ExpiresAt.ToUnixTimeMilliseconds();
        }
    }

    /// <summary>Writes the address of a file of the log.</summary>
    internal void Write(string path, IBufferWriter<byte> destination) => batch.Write(FilePath.Key(path, root), destination);

    /// <summary>Writes the address of a file by its key, which was found valid before.</summary>
    internal void WriteValid(ReadOnlySpan<byte> key, IBufferWriter<byte> destination) => batch.WriteValid(key, destination);

    /// <summary>The key of a file of the log.</summary>
    internal string KeyOf(string path) => FilePath.Key(path, root);

    /// <summary>Writes the address of the file of a deletion vector, which many data files may have in common.</summary>
    internal void WriteVector(string key, IBufferWriter<byte> destination)
    {
        if (!vectors.TryGetValue(key, out var url))
        {
            if (vectors.Count == VectorFilesKept)
                vectors.Clear();
            scratch.ResetWrittenCount();
            batch.Write(key, scratch);
            vectors.Add(key, url = scratch.WrittenSpan.ToArray());
        }

        destination.Write(url);
    }

    /// <summary>The key of the file of a deletion vector; <see langword="null"/> for one that lies in the log itself.</summary>
    internal string? KeyOf(DeletionVectorDescriptor vector) => vector.Key(root);

    /// <inheritdoc />
    public void Dispose() => batch.Dispose();

    private void Renew()
    {
        batch.Dispose();
        batch = begin();
        begun = time.GetTimestamp();
        vectors.Clear();
    }
}
