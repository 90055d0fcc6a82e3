using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Tideway.DeltaLog.Actions;
using Tideway.ObjectStorage;

namespace Tideway.DeltaLog.LogSegments;

/// <summary>
/// The hint where the newest checkpoint is. It may be missing, outdated or wrong; it only ever shortens the listing.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#last-checkpoint-file-schema">Last Checkpoint File Schema</see>.
/// </summary>
internal static class LastCheckpoint
{
    public const string Key = LogFile.Folder + "_last_checkpoint";

    /// <summary>The version that the hint names; <see langword="null"/> where there is no hint that can be understood.</summary>
    public static async Task<long?> FindVersionAsync(IObjectStore store, CancellationToken cancellationToken)
    {
        byte[] bytes;
        try
        {
            bytes = await StoredBytes.ReadAsync(store, Key, cancellationToken).ConfigureAwait(false);
        }
        catch (ObjectStorageException exception) when (exception.Error == ObjectStorageError.NotFound)
        {
            return null;
        }

        try
        {
            var reader = new Utf8JsonReader(bytes);
            reader.BeginObject();
            while (reader.NextMember())
            {
                if (reader.ValueTextEquals("version"u8))
                    return reader.TakeLong() is >= 0 and var version ? version : null;
                reader.SkipValue();
            }

            return null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Points at a checkpoint with <paramref name="actions"/> actions in <paramref name="bytes"/> bytes.</summary>
    public static async Task WriteAsync(IObjectStore store, long version, long actions, long bytes, long files, CancellationToken cancellationToken)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteNumber("version", version);
            writer.WriteNumber("size", actions);
            writer.WriteNumber("sizeInBytes", bytes);
            writer.WriteNumber("numOfAddFiles", files);
            writer.WriteString("checksum", Checksum($"\"numOfAddFiles\"={files},\"size\"={actions},\"sizeInBytes\"={bytes},\"version\"={version}"));
            writer.WriteEndObject();
        }

        using var content = new MemoryStream(buffer.WrittenSpan.ToArray(), writable: false);
        await store.PutAsync(Key, content, cancellationToken).ConfigureAwait(false);
    }

    // Of the members in canonical form, in the order of their names.
    // See https://github.com/delta-io/delta/blob/master/PROTOCOL.md#json-checksum; the protocol asks for MD5, as a guard against accidents.
#pragma warning disable CA5351
    private static string Checksum(string canonical) => Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(canonical)));
#pragma warning restore CA5351
}
