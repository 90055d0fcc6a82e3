using Tideway.DeltaLog.FileSets;

namespace Tideway.DeltaLog.Tests.FileSets;

public sealed class FileLevelTableTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(int.MaxValue)]
    public void Every_key_is_found_where_it_is_last_however_the_table_was_filled(int minRowsToDivide)
    {
        var random = new Random(5);
        var builder = new FileSegmentBuilder();
        var paths = Enumerable.Range(0, 70_000).Select(_ => $"part-{random.Next(60_000)}").ToList();
        foreach (var path in paths)
            builder.Add(TableFolder.File(path));
        FileSegment[] segments = [.. builder.Build()];
        var gone = new ulong[]?[segments.Length];
        gone[1] = new ulong[FileSegment.MaxRows / 64];
        gone[1]![3] = ulong.MaxValue;

        var (slots, kept, replaced) = FileLevelTable.Build(segments, gone, 0, minRowsToDivide);

        var last = new Dictionary<string, int>(StringComparer.Ordinal);
        var earlier = new List<int>();
        for (var index = 0; index < paths.Count; index++)
        {
            var (segment, row) = (index / FileSegment.MaxRows, index % FileSegment.MaxRows);
            if (FileLevel.IsGone(gone[segment], row))
                continue;
            if (last.Remove(paths[index], out var before))
                earlier.Add(before);
            last.Add(paths[index], FileLevel.Id(segment, row));
        }

        kept.ShouldBe(last.Count);
        replaced.Order().ShouldBe(earlier.Order());
        slots.Count(slot => slot != 0).ShouldBe(last.Count);
        foreach (var (path, id) in last)
            Find(slots, segments, path).ShouldBe(id);
        Find(slots, segments, "part-x").ShouldBe(-1);
    }

    private static int Find(int[] slots, FileSegment[] segments, string path)
    {
        var key = FileKeyBytes.Of(path, null);
        byte[] scratch = [];
        for (var slot = (int)(key.Hash & (uint)(slots.Length - 1)); slots[slot] != 0; slot = (slot + 1) & (slots.Length - 1))
        {
            var (segment, row) = FileLevel.Split(slots[slot] - 1);
            if (segments[segment].Is(row, key, ref scratch))
                return slots[slot] - 1;
        }

        return -1;
    }
}
