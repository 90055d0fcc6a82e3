using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaSharing.Protocol;
using Tideway.DeltaSharing.Server.Answers;
using Tideway.DeltaSharing.Server.Parameters;

namespace Tideway.DeltaSharing.Server.Tables;

/// <summary>
/// Writes the lines of an answer that name files, in either format, straight as bytes: no object is made for a line. Not for several threads.
/// </summary>
/// <param name="format">The format of the answer.</param>
/// <param name="idHash">How file ids are made.</param>
/// <param name="urls">Makes the addresses.</param>
public sealed class FileLineWriter(ResponseFormats format, FileIdHash idHash, AnswerUrls urls) : IDisposable
{
    private static readonly JsonWriterOptions JsonOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private readonly ArrayBufferWriter<byte> scratch = new(1024);
    private readonly Utf8JsonWriter json = new(Stream.Null, JsonOptions);
    private readonly byte[] id = new byte[FileIds.MaxLength];

    private bool IsDelta => format == ResponseFormats.Delta;

    /// <summary>A file of a snapshot; with the version and its time where one was asked for.</summary>
    public void WriteFile(AnswerWriter to, AddFile file, CommitMark? pinned)
    {
        ArgumentNullException.ThrowIfNull(file);
        WriteAdd(to, file, pinned, IsDelta ? "add"u8 : "file"u8);
    }

    /// <summary>A file whose rows came with a commit.</summary>
    public void WriteAdd(AnswerWriter to, AddFile file, CommitMark commit)
    {
        ArgumentNullException.ThrowIfNull(file);
        WriteAdd(to, file, commit, "add"u8);
    }

    /// <summary>A file whose rows went with a commit. Clients need its size, which older writers leave out.</summary>
    public void WriteRemove(AnswerWriter to, RemoveFile file, long size, CommitMark commit)
    {
        ArgumentNullException.ThrowIfNull(file);
        var idLength = Begin(to, "remove"u8, file.Path);
        if (!IsDelta)
        {
            WriteParquet(to, idLength, file.PartitionValues, size, null, commit);
            return;
        }

        var vectorKey = WriteVector(to, file.DeletionVector);
        json.WriteStartObject();
        if (file.DeletionTimestamp is { } deleted)
            json.WriteNumber("deletionTimestamp"u8, deleted);
        json.WriteBoolean("dataChange"u8, file.DataChange);
        json.WriteBoolean("extendedFileMetadata"u8, file.PartitionValues is not null);
        if (file.PartitionValues is not null)
            WritePairs("partitionValues"u8, file.PartitionValues);
        json.WriteNumber("size"u8, size);
        WriteCommon(file.Stats, file.Tags, file.BaseRowId, file.DefaultRowCommitVersion);
        EndDelta(to, idLength, vectorKey, commit);
    }

    /// <summary>A change data file of a commit.</summary>
    public void WriteChangeFile(AnswerWriter to, AddCdcFile file, CommitMark commit)
    {
        ArgumentNullException.ThrowIfNull(file);
        var idLength = Begin(to, IsDelta ? "cdc"u8 : "cdf"u8, file.Path);
        if (!IsDelta)
        {
            WriteParquet(to, idLength, file.PartitionValues, file.Size, null, commit);
            return;
        }

        to.Write("\","u8);
        json.WriteStartObject();
        WritePairs("partitionValues"u8, file.PartitionValues);
        json.WriteNumber("size"u8, file.Size);
        json.WriteBoolean("dataChange"u8, false);
        WriteCommon(null, file.Tags, null, null);
        EndDelta(to, idLength, null, commit);
    }

    /// <summary>
    /// The lines of files of a snapshot without what differs from answer to answer; <see langword="null"/> where there would be more than
    /// <paramref name="maxBytes"/>, or a file has a second address, that of its deletion vector.
    /// </summary>
    public EncodedFiles? Encode(IEnumerable<AddFile> files, CommitMark? pinned, int maxBytes)
    {
        ArgumentNullException.ThrowIfNull(files);
        var (buffer, ends) = (new ArrayBufferWriter<byte>(), new List<int>());
        foreach (var file in files)
        {
            if (file.DeletionVector is { } vector && urls.KeyOf(vector) is not null)
                return null;
            Encoding.UTF8.GetBytes(urls.KeyOf(file.Path), buffer);
            ends.Add(buffer.WrittenCount);
            WriteAfterAddress(buffer, Prepare(file.Path), file, pinned);
            ends.Add(buffer.WrittenCount);
            if (buffer.WrittenCount > maxBytes)
                return null;
        }

        return new EncodedFiles(buffer.WrittenSpan.ToArray(), [.. ends]);
    }

    /// <summary>A file of a snapshot whose line was made before.</summary>
    public void WriteFile(AnswerWriter to, EncodedFiles files, int index)
    {
        ArgumentNullException.ThrowIfNull(to);
        ArgumentNullException.ThrowIfNull(files);
        WriteHead(to, IsDelta ? "add"u8 : "file"u8);
        urls.WriteValid(files.Key(index), to);
        to.Write(files.Rest(index));
    }

    /// <inheritdoc />
    public void Dispose()
    {
        json.Dispose();
        urls.Dispose();
    }

    private void WriteAdd(IBufferWriter<byte> to, AddFile file, CommitMark? commit, ReadOnlySpan<byte> kind) =>
        WriteAfterAddress(to, Begin(to, kind, file.Path), file, commit);

    private void WriteAfterAddress(IBufferWriter<byte> to, int idLength, AddFile file, CommitMark? commit)
    {
        if (!IsDelta)
        {
            WriteParquet(to, idLength, file.PartitionValues, file.Size, file.Stats, commit);
            return;
        }

        var vectorKey = WriteVector(to, file.DeletionVector);
        json.WriteStartObject();
        WritePairs("partitionValues"u8, file.PartitionValues);
        json.WriteNumber("size"u8, file.Size);
        json.WriteNumber("modificationTime"u8, file.ModificationTime);
        json.WriteBoolean("dataChange"u8, file.DataChange);
        WriteCommon(file.Stats, file.Tags, file.BaseRowId, file.DefaultRowCommitVersion);
        EndDelta(to, idLength, vectorKey, commit);
    }

    private int Begin(IBufferWriter<byte> to, ReadOnlySpan<byte> kind, string path)
    {
        WriteHead(to, kind);
        urls.Write(path, to);
        return Prepare(path);
    }

    // Up to the address: {"file":{"expirationTimestamp":1,"url":"https://...  or  {"file":{"expirationTimestamp":1,"deltaSingleAction":{"add":{"path":"https://...
    private void WriteHead(IBufferWriter<byte> to, ReadOnlySpan<byte> kind)
    {
        to.Write("{\""u8);
        to.Write(IsDelta ? "file"u8 : kind);
        to.Write("\":{\"expirationTimestamp\":"u8);
        var digits = to.GetSpan(20);
        Utf8Formatter.TryFormat(urls.ExpiresAt, digits, out var count);
        to.Advance(count);
        if (IsDelta)
        {
            to.Write(",\"deltaSingleAction\":{\""u8);
            to.Write(kind);
            to.Write("\":{\"path\":\""u8);
        }
        else
        {
            to.Write(",\"url\":\""u8);
        }
    }

    private int Prepare(string path)
    {
        scratch.ResetWrittenCount();
        json.Reset(scratch);
        return idHash.Write(path, id);
    }

    private void WriteParquet(
        IBufferWriter<byte> to,
        int idLength,
        IReadOnlyDictionary<string, string?>? partitionValues,
        long size,
        string? stats,
        CommitMark? commit
    )
    {
        to.Write("\","u8);
        json.WriteStartObject();
        json.WriteString("id"u8, id.AsSpan(0, idLength));
        WritePairs("partitionValues"u8, partitionValues);
        json.WriteNumber("size"u8, size);
        if (stats is not null)
            json.WriteString("stats"u8, stats);
        WriteCommit(commit);
        json.WriteEndObject();
        WriteRest(to);
        to.Write("}"u8);
    }

    private string? WriteVector(IBufferWriter<byte> to, DeletionVectorDescriptor? vector)
    {
        to.Write("\","u8);
        if (vector is null)
            return null;
        if (urls.KeyOf(vector) is not { } key)
        {
            json.WriteStartObject();
            json.WriteString("storageType"u8, vector.StorageType);
            json.WriteString("pathOrInlineDv"u8, vector.PathOrInlineDv);
            WriteVectorSize(vector);
            to.Write("\"deletionVector\":"u8);
            WriteScratch(to, 0);
            to.Write(","u8);
            return null;
        }

        to.Write("\"deletionVector\":{\"storageType\":\"p\",\"pathOrInlineDv\":\""u8);
        urls.WriteVector(key, to);
        to.Write("\","u8);
        json.WriteStartObject();
        WriteVectorSize(vector);
        WriteScratch(to, 1);
        to.Write(","u8);
        return key;
    }

    private void WriteVectorSize(DeletionVectorDescriptor vector)
    {
        if (vector.Offset is { } offset)
            json.WriteNumber("offset"u8, offset);
        json.WriteNumber("sizeInBytes"u8, vector.SizeInBytes);
        json.WriteNumber("cardinality"u8, vector.Cardinality);
        json.WriteEndObject();
    }

    private void WriteCommon(string? stats, IReadOnlyDictionary<string, string?>? tags, long? baseRowId, long? rowCommitVersion)
    {
        if (stats is not null)
            json.WriteString("stats"u8, stats);
        if (tags is not null)
            WritePairs("tags"u8, tags);
        if (baseRowId is { } row)
            json.WriteNumber("baseRowId"u8, row);
        if (rowCommitVersion is { } version)
            json.WriteNumber("defaultRowCommitVersion"u8, version);
        json.WriteEndObject();
    }

    private void EndDelta(IBufferWriter<byte> to, int idLength, string? vectorKey, CommitMark? commit)
    {
        WriteRest(to);
        to.Write("},"u8);
        json.WriteStartObject();
        json.WriteString("id"u8, id.AsSpan(0, idLength));
        if (vectorKey is not null)
            json.WriteString("deletionVectorFileId"u8, idHash.Of(vectorKey));
        WriteCommit(commit);
        json.WriteEndObject();
        WriteRest(to);
        to.Write("}"u8);
    }

    private void WriteCommit(CommitMark? commit)
    {
        if (commit is not { } mark)
            return;
        json.WriteNumber("version"u8, mark.Version);
        json.WriteNumber("timestamp"u8, mark.Timestamp);
    }

    private void WritePairs(ReadOnlySpan<byte> name, IReadOnlyDictionary<string, string?>? pairs)
    {
        json.WriteStartObject(name);
        if (pairs is { Count: > 0 })
        {
            foreach (var (key, value) in pairs)
                json.WriteString(key, value);
        }

        json.WriteEndObject();
    }

    // What the JSON writer made is an object of its own; here it goes on an object that began before.
    private void WriteRest(IBufferWriter<byte> to) => WriteScratch(to, 1);

    private void WriteScratch(IBufferWriter<byte> to, int skip)
    {
        json.Flush();
        to.Write(scratch.WrittenSpan[skip..]);
        scratch.ResetWrittenCount();
        json.Reset(scratch);
    }
}

/// <summary>The commit that a file is of, or the version that was asked for.</summary>
/// <param name="Version">The version.</param>
/// <param name="Timestamp">When it was committed, in milliseconds of unix time.</param>
public readonly record struct CommitMark(long Version, long Timestamp);
