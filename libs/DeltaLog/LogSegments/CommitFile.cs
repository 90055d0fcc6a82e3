using System.Runtime.CompilerServices;
using System.Text.Json;
using Tideway.DeltaLog.Actions;
using Tideway.ObjectStorage;

namespace Tideway.DeltaLog.LogSegments;

/// <summary>
/// Reads the actions of commits, and of checkpoints in JSON.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#delta-log-entries">Delta Log Entries</see>.
/// </summary>
internal static class CommitFile
{
    /// <summary>The actions of a commit. A line that cannot be read, or a file without lines, is <see cref="DeltaLogError.CorruptLog"/>.</summary>
    public static async Task<List<DeltaAction>> ReadAsync(IObjectStore store, string key, long version, CancellationToken cancellationToken)
    {
        var actions = new List<DeltaAction>();
        await foreach (var action in ReadActionsAsync(store, key, version, null, cancellationToken).ConfigureAwait(false))
            actions.Add(action);
        return actions;
    }

    /// <summary>
    /// The actions of a commit, one after another, but those that <paramref name="files"/> takes. Fails as <see cref="ReadAsync"/> does; a file that is not
    /// there is <see cref="DeltaLogError.MissingCommits"/>.
    /// </summary>
    public static async IAsyncEnumerable<DeltaAction> ReadActionsAsync(
        IObjectStore store,
        string key,
        long version,
        IFileActions? files,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var lines = LogLines.ReadAsync(store, key, version, cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using (lines.ConfigureAwait(false))
        {
            while (await NextAsync(lines, store, key, version).ConfigureAwait(false))
            {
                if (Read(lines.Current, store, key, version, files) is { } action)
                    yield return action;
            }
        }
    }

    /// <summary>Where a commit came from. Only the first line is read, where writers that follow the protocol closely put it, unless it is elsewhere.</summary>
    public static async Task<CommitInfo?> ReadInfoAsync(IObjectStore store, string key, long version, CancellationToken cancellationToken)
    {
        await foreach (var line in LogLines.ReadAsync(store, key, version, cancellationToken).ConfigureAwait(false))
        {
            if (Read(line, store, key, version, NoFileActions.Instance) is CommitInfo info)
                return info;
        }

        return null;
    }

    private static async ValueTask<bool> NextAsync(
        IAsyncEnumerator<(int Number, ReadOnlyMemory<byte> Text)> lines,
        IObjectStore store,
        string key,
        long version
    )
    {
        try
        {
            return await lines.MoveNextAsync().ConfigureAwait(false);
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
    }

    private static DeltaAction? Read((int Number, ReadOnlyMemory<byte> Text) line, IObjectStore store, string key, long version, IFileActions? files)
    {
        try
        {
            return ActionReader.Read(line.Text.Span, files);
        }
        catch (JsonException exception)
        {
            throw LogLines.Corrupt(store, key, version, $"Line {line.Number} of '{key}' (version {version}) cannot be read: {exception.Message}", exception);
        }
    }
}
