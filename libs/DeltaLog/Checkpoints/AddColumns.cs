using System.Text.Json;
using Tideway.DeltaLog.FileSets;
using Tideway.DuckDb;

namespace Tideway.DeltaLog.Checkpoints;

/// <summary>Copies the <c>add</c> actions of a checkpoint, as <see cref="CheckpointSql.SelectAdds"/> gives them, into segments.</summary>
internal sealed class AddColumns
{
    private readonly FileSegmentBuilder builder = new();
    private readonly ByteBuilder tuple = new();
    private readonly ByteBuilder extras = new();

    public List<FileSegment> Build() => builder.Build();

    public void Append(DuckDbChunk chunk)
    {
        var (paths, values, stats) = (chunk.Column(0), chunk.Column(1), chunk.Column(5));
        var sizes = Required<long>(chunk, 2, "size");
        var times = Required<long>(chunk, 3, "modificationTime");
        var changes = Required<bool>(chunk, 4, "dataChange");
        if (values.HasNulls)
            throw Missing("partitionValues");
        var (keys, texts) = (values.Child().Child(0), values.Child().Child(1));
        var (tags, vectors, providers) = (Present(chunk, 6), Present(chunk, 7), Present(chunk, 14));
        var (rowIds, rowVersions) = (Present(chunk, 12), Present(chunk, 13));
        for (var row = 0; row < chunk.RowCount; row++)
        {
            tuple.Clear();
            AppendPairs(tuple, values.Entry(row), keys, texts);
            var partition = builder.Partition(tuple.Written);
            extras.Clear();
            var has = changes[row] ? FileFlags.DataChange : FileFlags.None;
            if (!stats.IsNull(row))
                has |= FileFlags.Stats;
            if (vectors is not null && AppendVector(chunk, row))
                has |= FileFlags.Vector;
            if (tags is not null && !tags.IsNull(row))
            {
                has |= FileFlags.Tags;
                AppendPairs(extras, tags.Entry(row), tags.Child().Child(0), tags.Child().Child(1));
            }

            if (providers is not null && !providers.IsNull(row))
            {
                has |= FileFlags.Clustering;
                extras.AppendText(providers.Utf8(row));
            }

            has |= rowIds is null || rowIds.IsNull(row) ? FileFlags.None : FileFlags.BaseRowId;
            has |= rowVersions is null || rowVersions.IsNull(row) ? FileFlags.None : FileFlags.RowCommitVersion;
            builder.Add(
                paths.Utf8(row),
                stats.Utf8(row),
                extras.Written,
                has,
                sizes[row],
                times[row],
                partition,
                has.HasFlag(FileFlags.BaseRowId) ? rowIds!.Values<long>()[row] : 0,
                has.HasFlag(FileFlags.RowCommitVersion) ? rowVersions!.Values<long>()[row] : 0
            );
        }
    }

    private static void AppendPairs(ByteBuilder target, (int Offset, int Length) entry, DuckDbVector keys, DuckDbVector texts)
    {
        target.AppendLength(entry.Length);
        for (var index = entry.Offset; index < entry.Offset + entry.Length; index++)
            PackedPairs.AppendPair(target, keys.Utf8(index), texts.Utf8(index), texts.IsNull(index));
    }

    private static ReadOnlySpan<T> Required<T>(DuckDbChunk chunk, int column, string member)
        where T : unmanaged
    {
        var vector = chunk.Column(column);
        return vector.HasNulls ? throw Missing(member) : vector.Values<T>();
    }

    // Most checkpoints have none of the optional members.
    private static DuckDbVector? Present(DuckDbChunk chunk, int column)
    {
        var vector = chunk.Column(column);
        if (vector.Validity.IsEmpty)
            return vector;
        for (var row = 0; row < chunk.RowCount; row++)
        {
            if (!vector.IsNull(row))
                return vector;
        }

        return null;
    }

    private static JsonException Missing(string member) => new($"the required member '{member}' of an add action is missing");

    private bool AppendVector(DuckDbChunk chunk, int row)
    {
        var (storageType, path, offset, size, cardinality) = (chunk.Column(7), chunk.Column(8), chunk.Column(9), chunk.Column(10), chunk.Column(11));
        if (storageType.IsNull(row))
            return false;
        if (path.IsNull(row) || size.IsNull(row) || cardinality.IsNull(row))
            throw Missing(
                "deletionVector."
                    + (
                        path.IsNull(row) ? "pathOrInlineDv"
                        : size.IsNull(row) ? "sizeInBytes"
                        : "cardinality"
                    )
            );
        PackedVector.AppendId(extras, storageType.Utf8(row), path.Utf8(row), offset.IsNull(row) ? null : offset.Values<int>()[row]);
        PackedVector.AppendRest(extras, size.Values<int>()[row], cardinality.Values<long>()[row]);
        return true;
    }
}
