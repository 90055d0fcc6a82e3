using System.Text.Json;
using Tideway.DeltaLog.FileSets;
using Tideway.DuckDb;

namespace Tideway.DeltaLog.Checkpoints;

/// <summary>Copies the <c>add</c> actions of a checkpoint, as <see cref="CheckpointSql.SelectAdds"/> gives them, into segments. For one thread.</summary>
internal sealed class AddColumns(IReadOnlyList<string> names)
{
    private readonly FileSegmentBuilder builder = new();
    private readonly ByteBuilder tuple = new();
    private readonly ByteBuilder extras = new();
    private readonly int path = IndexOf(names, "path");
    private readonly int partitionValues = IndexOf(names, "partitionValues");
    private readonly int size = IndexOf(names, "size");
    private readonly int modificationTime = IndexOf(names, "modificationTime");
    private readonly int dataChange = IndexOf(names, "dataChange");
    private readonly int stats = IndexOf(names, "stats");
    private readonly int tags = IndexOf(names, "tags");
    private readonly int vector = IndexOf(names, "storageType");
    private readonly int baseRowId = IndexOf(names, "baseRowId");
    private readonly int rowCommitVersion = IndexOf(names, "defaultRowCommitVersion");
    private readonly int clustering = IndexOf(names, "clusteringProvider");

    public List<FileSegment> Build() => builder.Build();

    public void Append(DuckDbChunk chunk)
    {
        var paths = chunk.Column(path).Texts();
        var values = Required(chunk, partitionValues, "partitionValues");
        var entries = values.Values<DuckDbListEntry>();
        var keys = values.Child().Child(0).Texts();
        var texts = values.Child().Child(1).Texts();
        var sizes = Required(chunk, size, "size").Values<long>();
        var times = Required(chunk, modificationTime, "modificationTime").Values<long>();
        var changes = Required(chunk, dataChange, "dataChange").Values<bool>();
        var statistics = stats < 0 ? default : chunk.Column(stats).Texts();
        var (rowIds, rowVersions) = (Longs(chunk, baseRowId), Longs(chunk, rowCommitVersion));
        var hasExtras = tags >= 0 || vector >= 0 || clustering >= 0;
        var isComplete = IsComplete(chunk);
        var (partition, last) = ((ushort)0, -1);
        for (var row = 0; row < chunk.RowCount; row++)
        {
            if (!isComplete)
            {
                if (paths.IsNull(row))
                    continue;
                RequireAll(chunk, row);
            }

            // Files of a partition mostly lie side by side.
            if (builder.Begin() || last < 0 || !AreSame(keys, texts, entries[last], entries[row]))
                partition = Partition(keys, texts, entries[row]);
            last = row;
            var has = changes[row] ? FileFlags.DataChange : FileFlags.None;
            if (stats >= 0 && !statistics.IsNull(row))
                has |= FileFlags.Stats;
            if (hasExtras)
                has |= AppendExtras(chunk, row);
            if (rowIds is not null && !rowIds.IsNull(row))
                has |= FileFlags.BaseRowId;
            if (rowVersions is not null && !rowVersions.IsNull(row))
                has |= FileFlags.RowCommitVersion;
            builder.Add(
                paths[row],
                stats < 0 ? default : statistics[row],
                hasExtras ? extras.Written : default,
                has,
                sizes[row],
                times[row],
                partition,
                has.HasFlag(FileFlags.BaseRowId) ? rowIds!.Values<long>()[row] : 0,
                has.HasFlag(FileFlags.RowCommitVersion) ? rowVersions!.Values<long>()[row] : 0
            );
        }
    }

    private static int IndexOf(IReadOnlyList<string> names, string name)
    {
        for (var index = 0; index < names.Count; index++)
        {
            if (names[index] == name)
                return index;
        }

        return -1;
    }

    private static bool AreSame(DuckDbTexts keys, DuckDbTexts texts, DuckDbListEntry left, DuckDbListEntry right)
    {
        if (left.Length != right.Length)
            return false;
        for (var index = 0; index < (int)left.Length; index++)
        {
            var (first, second) = ((int)left.Offset + index, (int)right.Offset + index);
            if (!keys[first].SequenceEqual(keys[second]) || !texts[first].SequenceEqual(texts[second]) || texts.IsNull(first) != texts.IsNull(second))
                return false;
        }

        return true;
    }

    private static void AppendPairs(ByteBuilder target, DuckDbTexts keys, DuckDbTexts texts, DuckDbListEntry entry)
    {
        target.AppendLength((int)entry.Length);
        for (var index = (int)entry.Offset; index < (int)(entry.Offset + entry.Length); index++)
            PackedPairs.AppendPair(target, keys[index], texts[index], texts.IsNull(index));
    }

    private static DuckDbVector Required(DuckDbChunk chunk, int column, string member) => column < 0 ? throw Missing(member) : chunk.Column(column);

    private static DuckDbVector? Longs(DuckDbChunk chunk, int column) => column < 0 ? null : chunk.Column(column);

    private static JsonException Missing(string member) => new($"the required member '{member}' of an add action is missing");

    private bool IsComplete(DuckDbChunk chunk) =>
        !chunk.Column(path).HasNulls
        && !chunk.Column(partitionValues).HasNulls
        && !chunk.Column(size).HasNulls
        && !chunk.Column(modificationTime).HasNulls
        && !chunk.Column(dataChange).HasNulls;

    private void RequireAll(DuckDbChunk chunk, int row)
    {
        foreach (var column in (ReadOnlySpan<int>)[partitionValues, size, modificationTime, dataChange])
        {
            if (chunk.Column(column).IsNull(row))
                throw Missing(names[column]);
        }
    }

    private ushort Partition(DuckDbTexts keys, DuckDbTexts texts, DuckDbListEntry entry)
    {
        tuple.Clear();
        AppendPairs(tuple, keys, texts, entry);
        return builder.Partition(tuple.Written);
    }

    // In the order in which they are read.
    private FileFlags AppendExtras(DuckDbChunk chunk, int row)
    {
        extras.Clear();
        var has = FileFlags.None;
        if (vector >= 0 && AppendVector(chunk, row))
            has |= FileFlags.Vector;
        if (tags >= 0 && chunk.Column(tags) is var pairs && !pairs.IsNull(row))
        {
            has |= FileFlags.Tags;
            AppendPairs(extras, pairs.Child().Child(0).Texts(), pairs.Child().Child(1).Texts(), pairs.Values<DuckDbListEntry>()[row]);
        }

        if (clustering >= 0 && chunk.Column(clustering) is var providers && !providers.IsNull(row))
        {
            has |= FileFlags.Clustering;
            extras.AppendText(providers.Utf8(row));
        }

        return has;
    }

    private bool AppendVector(DuckDbChunk chunk, int row)
    {
        if (chunk.Column(vector).IsNull(row))
            return false;
        PackedVector.AppendId(
            extras,
            chunk.Column(vector).Utf8(row),
            Member(chunk, row, "pathOrInlineDv").Utf8(row),
            Find(chunk, row, "offset") is { } offset ? offset.Values<int>()[row] : null
        );
        PackedVector.AppendRest(extras, Member(chunk, row, "sizeInBytes").Values<int>()[row], Member(chunk, row, "cardinality").Values<long>()[row]);
        return true;
    }

    private DuckDbVector Member(DuckDbChunk chunk, int row, string name) => Find(chunk, row, name) ?? throw Missing($"deletionVector.{name}");

    private DuckDbVector? Find(DuckDbChunk chunk, int row, string name) =>
        IndexOf(names, name) is >= 0 and var column && !chunk.Column(column).IsNull(row) ? chunk.Column(column) : null;
}
