using System.Text;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Snapshots;

namespace Tideway.DeltaLog.FileSets;

/// <summary>
/// What tells the files of a table apart, as bytes: the canonical path, and the deletion vector's id where there is one.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#action-reconciliation">Action Reconciliation</see>.
/// </summary>
internal readonly ref struct FileKeyBytes(ReadOnlySpan<byte> path, ReadOnlySpan<byte> vectorId, uint hash)
{
    public FileKeyBytes(ReadOnlySpan<byte> path, ReadOnlySpan<byte> vectorId)
        : this(path, vectorId, FileHash.Of(path, vectorId)) { }

    public ReadOnlySpan<byte> Path { get; } = path;

    public ReadOnlySpan<byte> VectorId { get; } = vectorId;

    public uint Hash { get; } = hash;

    public static FileKeyBytes Of(string path, DeletionVectorDescriptor? vector)
    {
        if (vector is null)
            return new FileKeyBytes(Encoding.UTF8.GetBytes(FilePath.Canonical(path)), default);
        var id = new ByteBuilder();
        PackedVector.AppendId(id, vector);
        return new FileKeyBytes(Encoding.UTF8.GetBytes(FilePath.Canonical(path)), id.Written.ToArray());
    }
}
