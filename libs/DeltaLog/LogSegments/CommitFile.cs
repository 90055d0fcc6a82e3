using System.Text.Json;
using Tideway.DeltaLog.Actions;
using Tideway.ObjectStorage;

namespace Tideway.DeltaLog.LogSegments;

/// <summary>
/// Reads commits, and checkpoints in JSON.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#delta-log-entries">Delta Log Entries</see>.
/// </summary>
internal static class CommitFile
{
    /// <summary>The actions of a commit. A line that cannot be read, or a file without lines, is <see cref="DeltaLogError.CorruptLog"/>.</summary>
    public static async Task<List<DeltaAction>> ReadAsync(IObjectStore store, string key, long version, CancellationToken cancellationToken)
    {
        byte[] bytes;
        try
        {
            bytes = await StoredBytes.ReadAsync(store, key, cancellationToken).ConfigureAwait(false);
        }
        catch (ObjectStorageException exception) when (exception.Error == ObjectStorageError.NotFound)
        {
            throw new DeltaLogException(DeltaLogError.MissingCommits, $"Expected version {version} in '{key}', found no such file.", exception)
            {
                TableRoot = store.Root,
                Version = version,
                File = key,
            };
        }

        return Parse(bytes, store.Root, key, version);
    }

    /// <summary>Where a commit came from. Only the first line is read, where writers that follow the protocol closely put it, unless it is elsewhere.</summary>
    public static async Task<CommitInfo?> ReadInfoAsync(IObjectStore store, string key, long version, CancellationToken cancellationToken)
    {
        var content = await store.OpenReadAsync(key, cancellationToken: cancellationToken).ConfigureAwait(false);
        await using (content.ConfigureAwait(false))
        {
            var buffer = new byte[4096];
            var filled = 0;
            while (await content.ReadAsync(buffer.AsMemory(filled), cancellationToken).ConfigureAwait(false) is > 0 and var read)
            {
                var end = buffer.AsSpan(filled, read).IndexOf((byte)'\n');
                if (end >= 0)
                {
                    var actions = Parse(buffer[..(filled + end)], store.Root, key, version);
                    if (actions is [CommitInfo info])
                        return info;
                    break;
                }

                filled += read;
                if (filled == buffer.Length)
                    Array.Resize(ref buffer, buffer.Length * 2);
            }
        }

        return (await ReadAsync(store, key, version, cancellationToken).ConfigureAwait(false)).OfType<CommitInfo>().FirstOrDefault();
    }

    private static List<DeltaAction> Parse(byte[] bytes, Uri root, string key, long version)
    {
        var actions = new List<DeltaAction>();
        var remaining = bytes.AsSpan();
        for (var line = 1; remaining.Length > 0; line++)
        {
            var end = remaining.IndexOf((byte)'\n');
            var text = (end < 0 ? remaining : remaining[..end]).TrimEnd((byte)'\r');
            remaining = end < 0 ? [] : remaining[(end + 1)..];
            if (text.Trim((byte)' ').IsEmpty)
                continue;
            try
            {
                if (ActionReader.Read(text) is { } action)
                    actions.Add(action);
            }
            catch (JsonException exception)
            {
                throw Corrupt($"Line {line} of '{key}' (version {version}) cannot be read: {exception.Message}", exception);
            }
        }

        return bytes.Length > 0 ? actions : throw Corrupt($"Expected actions in '{key}' (version {version}), found an empty file.", null);

        DeltaLogException Corrupt(string message, Exception? cause) =>
            new(DeltaLogError.CorruptLog, message, cause)
            {
                TableRoot = root,
                Version = version,
                File = key,
            };
    }
}
