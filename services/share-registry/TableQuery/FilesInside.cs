using System.Runtime.CompilerServices;
using Tideway.DeltaLog;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Snapshots;

namespace Tideway.ShareRegistry.TableQuery;

/// <summary>
/// Only files below the table's folder are handed out. A log may name others, as that of a shallow clone does: an answer that would is refused before its first
/// line leaves, not broken off where they come.
/// </summary>
internal static class FilesInside
{
    private static readonly ConditionalWeakTable<Snapshot, StrongBox<AddFile?>> FirstOutside = [];

    /// <summary>Throws <see cref="DeltaLogError.FileOutsideTable"/> where a file of a version is elsewhere. Looks at the files once per snapshot.</summary>
    public static void Require(Snapshot snapshot)
    {
        if (FirstOutside.GetValue(snapshot, static version => new StrongBox<AddFile?>(version.FindFileOutside())).Value is { } outside)
            Require(outside, snapshot.TableRoot);
    }

    /// <summary>Throws <see cref="DeltaLogError.FileOutsideTable"/> where a file, or that of its deletion vector, is not below <paramref name="root"/>.</summary>
    public static void Require(AddFile file, Uri root)
    {
        FilePath.Key(file.Path, root);
        file.DeletionVector?.Key(root);
    }
}
