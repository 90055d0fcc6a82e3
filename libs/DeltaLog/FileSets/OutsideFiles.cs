using System.Buffers;
using System.Text;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Snapshots;

namespace Tideway.DeltaLog.FileSets;

/// <summary>Finds files that are not below the root of their table, without making an object for each of the others.</summary>
internal static class OutsideFiles
{
    private const int PlainLength = 512;

    // Paths of these alone are relative, and are spelt as the keys that they are.
    private static readonly SearchValues<byte> Plain = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._=/"u8);

    /// <summary>One of the files that are elsewhere, or whose deletion vector is; null where none is.</summary>
    public static AddFile? Find(FileSet files, Uri root)
    {
        var values = new PartitionValuesCache();
        for (var index = 0; index < files.Segments.Length; index++)
        {
            var segment = files.Segments[index];
            for (var row = 0; row < segment.Count; row++)
            {
                if (!FileLevel.IsGone(files.Gone[index], row) && IsOutside(segment, row, root, values))
                    return segment.Read(row, values);
            }
        }

        return null;
    }

    private static bool IsOutside(FileSegment segment, int row, Uri root, PartitionValuesCache values)
    {
        try
        {
            if (!IsPlain(segment.Path(row)))
                FilePath.Key(Encoding.UTF8.GetString(segment.Path(row)), root);
            if (segment.Flags[row].HasFlag(FileFlags.Vector))
                segment.Read(row, values).DeletionVector?.Key(root);
            return false;
        }
        catch (DeltaLogException exception) when (exception.Error == DeltaLogError.FileOutsideTable)
        {
            return true;
        }
    }

    private static bool IsPlain(ReadOnlySpan<byte> path) =>
        path is [not ((byte)'/' or (byte)'.'), .., not ((byte)'/' or (byte)'.')]
        && path.Length <= PlainLength
        && !path.ContainsAnyExcept(Plain)
        && path.IndexOf("//"u8) < 0
        && path.IndexOf("/."u8) < 0;
}
