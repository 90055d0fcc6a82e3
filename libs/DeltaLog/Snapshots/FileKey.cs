using Tideway.DeltaLog.Actions;

namespace Tideway.DeltaLog.Snapshots;

/// <summary>
/// What tells the files of a table apart: the path, decoded, and the deletion vector.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#action-reconciliation">Action Reconciliation</see>.
/// </summary>
internal readonly record struct FileKey(string Path, string? DeletionVectorId)
{
    public static FileKey Of(AddFile file) => new(FilePath.Canonical(file.Path), file.DeletionVector?.UniqueId);

    public static FileKey Of(RemoveFile file) => new(FilePath.Canonical(file.Path), file.DeletionVector?.UniqueId);
}
