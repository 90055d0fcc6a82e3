using System.Security.Cryptography;
using System.Text;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.DeletionVectors;
using Tideway.DeltaSharing.Client;
using Tideway.DeltaSharing.Tables;

namespace Tideway.InboundSync.Runs;

/// <summary>
/// A remote file as the local table names it: the name follows from the ids of the remote table and the file, so nothing else has to be remembered to
/// find it again, and nothing that a provider says becomes part of a path. The same holds for its deletion vector, which gets a file of its own; one that the provider
/// does not name is named by its bytes, once it is here.
/// </summary>
internal static class ReceivedFile
{
    /// <summary>Path within the local table.</summary>
    public static string PathOf(string tableId, SharedFile file) => $"part-{Convert.ToHexStringLower(Digest($"{tableId}\n{file.Id}"))}.parquet";

    /// <summary>Where in the local table the file with a deletion vector is.</summary>
    public static string PathOf(string tableId, SharedVector vector) => SingleVectorFile.NameOf(IdOf(tableId, vector));

    /// <summary>The deletion vector as the local table has it; <see langword="null"/> where there is none.</summary>
    public static DeletionVectorDescriptor? VectorOf(string tableId, SharedFile file) =>
        file.Vector is not { } vector ? null
        : vector.Url is null ? vector.Descriptor
        : SingleVectorFile.Describe(vector.Descriptor, IdOf(tableId, vector));

    /// <summary>Whether a file of the local table has the deleted rows that the remote one has, as far as names tell.</summary>
    public static bool HasSameVector(string tableId, SharedFile remote, AddFile local) =>
        remote.Vector is not { IsUnnamed: true, ContentId: null } && VectorOf(tableId, remote)?.UniqueId == local.DeletionVector?.UniqueId;

    /// <summary>Whether the vector may be the one that the local table has, under whatever name: then its bytes tell.</summary>
    public static bool MayHaveSameVector(SharedFile remote, AddFile local) =>
        remote.Vector is { Url: not null, Descriptor: var there }
        && local.DeletionVector is { } here
        && (there.SizeInBytes, there.Cardinality) == (here.SizeInBytes, here.Cardinality);

    /// <summary>What tells a file with its deletion vector from all others of an answer.</summary>
    public static (string, string?) KeyOf(SharedFile file) => (file.Id, file.Vector is null ? null : file.Vector.Identity);

    /// <summary>The action that adds the file.</summary>
    public static AddFile Add(string tableId, SharedFile file, DateTimeOffset now) =>
        new()
        {
            Path = PathOf(tableId, file),
            PartitionValues = file.PartitionValues,
            Size = file.Size,
            ModificationTime = now.ToUnixTimeMilliseconds(),
            DataChange = true,
            Stats = (file.Action as AddFile)?.Stats,
            DeletionVector = VectorOf(tableId, file),
        };

    /// <summary>A file that an answer names a second time, whose rows would then be there twice.</summary>
    public static DeltaSharingException Twice(SharedFile file) =>
        new(DeltaSharingError.MalformedAnswer, $"Expected each file of the table once, got the file {file.Id} again.");

    private static Guid IdOf(string tableId, SharedVector vector)
    {
        if (!vector.IsUnnamed)
            return new Guid(Digest($"{tableId}\nvector\n{vector.Identity}"), bigEndian: true);
        var content = vector.ContentId ?? throw new InvalidOperationException("A vector that nothing names has no name before it is here.");
        return new Guid(Digest($"{tableId}\nvector with\n{content}"), bigEndian: true);
    }

    private static byte[] Digest(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text))[..16];
}
