using System.Text.Json;
using Tideway.DeltaLog.Actions;

namespace Tideway.DeltaLog.FileSets;

/// <summary>
/// Reads <c>add</c> and <c>remove</c> actions of JSON straight into the compact form. What they must have is the same as for <see cref="AddFile"/> and
/// <see cref="RemoveFile"/>. For one thread.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#add-file-and-remove-file">Add File and Remove File</see>.
/// </summary>
internal sealed class JsonFileActions : IFileActions
{
    private readonly FileSegmentBuilder builder = new();
    private readonly ByteBuilder path = new();
    private readonly ByteBuilder stats = new();
    private readonly ByteBuilder partition = new();
    private readonly ByteBuilder tags = new();
    private readonly ByteBuilder provider = new();
    private readonly ByteBuilder extras = new();
    private readonly ByteBuilder pairs = new();
    private readonly ByteBuilder name = new();
    private readonly ByteBuilder value = new();

    /// <summary>The files that were removed.</summary>
    public FileKeyList Removed { get; } = new();

    /// <summary>The files that were added, a later one with the same key after an earlier one.</summary>
    public List<FileSegment> BuildAdded() => builder.Build();

    public void ReadAdd(ref Utf8JsonReader reader)
    {
        bool hasPath = false,
            hasPartition = false;
        bool? dataChange = null;
        long? size = null,
            modificationTime = null,
            baseRowId = null,
            rowCommitVersion = null;
        var has = FileFlags.None;
        DeletionVectorDescriptor? vector = null;
        while (reader.NextMember())
        {
            if (reader.ValueTextEquals("path"u8))
                hasPath = reader.TakeText(path);
            else if (reader.ValueTextEquals("partitionValues"u8))
                hasPartition = TakePairs(ref reader, partition);
            else if (reader.ValueTextEquals("size"u8))
                size = reader.TakeSize();
            else if (reader.ValueTextEquals("modificationTime"u8))
                modificationTime = reader.TakeLong();
            else if (reader.ValueTextEquals("dataChange"u8))
                dataChange = reader.TakeBool();
            else if (reader.ValueTextEquals("stats"u8))
                has = With(has, FileFlags.Stats, reader.TakeText(stats));
            else if (reader.ValueTextEquals("tags"u8))
                has = With(has, FileFlags.Tags, TakePairs(ref reader, tags));
            else if (reader.ValueTextEquals("deletionVector"u8))
                vector = DeletionVectorDescriptor.Read(ref reader);
            else if (reader.ValueTextEquals("baseRowId"u8))
                baseRowId = reader.TakeLong();
            else if (reader.ValueTextEquals("defaultRowCommitVersion"u8))
                rowCommitVersion = reader.TakeLong();
            else if (reader.ValueTextEquals("clusteringProvider"u8))
                has = With(has, FileFlags.Clustering, reader.TakeText(provider));
            else
                reader.SkipValue();
        }

        Require(hasPath, "path");
        Require(hasPartition, "partitionValues");
        extras.Clear();
        if (vector is not null)
        {
            PackedVector.AppendId(extras, vector);
            PackedVector.AppendRest(extras, vector.SizeInBytes, vector.Cardinality);
            has |= FileFlags.Vector;
        }

        if (has.HasFlag(FileFlags.Tags))
            extras.Append(tags.Written);
        if (has.HasFlag(FileFlags.Clustering))
            extras.AppendText(provider.Written);
        has = With(has, FileFlags.DataChange, JsonFields.Required(dataChange, "dataChange"));
        has = With(has, FileFlags.BaseRowId, baseRowId is not null);
        has = With(has, FileFlags.RowCommitVersion, rowCommitVersion is not null);
        builder.Add(
            path.Written,
            has.HasFlag(FileFlags.Stats) ? stats.Written : default,
            extras.Written,
            has,
            JsonFields.Required(size, "size"),
            JsonFields.Required(modificationTime, "modificationTime"),
            builder.Partition(partition.Written),
            baseRowId ?? 0,
            rowCommitVersion ?? 0
        );
    }

    public void ReadRemove(ref Utf8JsonReader reader)
    {
        var hasPath = false;
        bool? dataChange = null;
        DeletionVectorDescriptor? vector = null;
        while (reader.NextMember())
        {
            if (reader.ValueTextEquals("path"u8))
                hasPath = reader.TakeText(path);
            else if (reader.ValueTextEquals("dataChange"u8))
                dataChange = reader.TakeBool();
            else if (reader.ValueTextEquals("deletionVector"u8))
                vector = DeletionVectorDescriptor.Read(ref reader);
            else if (
                reader.ValueTextEquals("deletionTimestamp"u8)
                || reader.ValueTextEquals("size"u8)
                || reader.ValueTextEquals("baseRowId"u8)
                || reader.ValueTextEquals("defaultRowCommitVersion"u8)
            )
                reader.TakeLong();
            else if (reader.ValueTextEquals("extendedFileMetadata"u8))
                reader.TakeBool();
            else if (reader.ValueTextEquals("stats"u8))
                reader.TakeText(stats);
            else if (reader.ValueTextEquals("partitionValues"u8) || reader.ValueTextEquals("tags"u8))
                TakePairs(ref reader, tags);
            else
                reader.SkipValue();
        }

        Require(hasPath, "path");
        JsonFields.Required(dataChange, "dataChange");
        extras.Clear();
        if (vector is not null)
            PackedVector.AppendId(extras, vector);
        Removed.Add(path.Written, extras.Written);
    }

    private static FileFlags With(FileFlags flags, FileFlags flag, bool isSet) => isSet ? flags | flag : flags & ~flag;

    private static void Require(bool isThere, string member)
    {
        if (!isThere)
            throw new JsonException($"the required member '{member}' is missing");
    }

    // False where it is null. A name that is there twice is packed twice; the last one counts for who reads it.
    private bool TakePairs(ref Utf8JsonReader reader, ByteBuilder target)
    {
        target.Clear();
        JsonFields.Advance(ref reader);
        if (reader.TokenType == JsonTokenType.Null)
            return false;
        if (reader.TokenType != JsonTokenType.StartObject)
            throw JsonFields.Unexpected(ref reader, "an object of strings");
        var count = 0;
        pairs.Clear();
        for (; reader.NextMember(); count++)
        {
            reader.TakeName(name);
            var isNull = !reader.TakeText(value);
            PackedPairs.AppendPair(pairs, name.Written, value.Written, isNull);
        }

        target.AppendLength(count);
        target.Append(pairs.Written);
        return true;
    }
}
