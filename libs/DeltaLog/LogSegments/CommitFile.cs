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
            new(DeltaLogError.CorruptLog, message, cause) { TableRoot = root, Version = version, File = key };
    }
}
