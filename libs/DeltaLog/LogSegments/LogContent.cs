using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.FileSets;
using Tideway.ObjectStorage;

namespace Tideway.DeltaLog.LogSegments;

/// <summary>
/// What one commit does to a version, or several that are reconciled, or a checkpoint in JSON: files in the compact form, all else as actions.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#action-reconciliation">Action Reconciliation</see>.
/// </summary>
internal sealed class LogContent
{
    private LogContent(IReadOnlyList<FileSegment> added, FileKeyList removed, IReadOnlyList<DeltaAction> others)
    {
        Added = added;
        Removed = removed;
        Others = others;
    }

    /// <summary>The files that are there afterwards.</summary>
    public IReadOnlyList<FileSegment> Added { get; }

    /// <summary>The files that were there before, unless they were added as well.</summary>
    public FileKeyList Removed { get; }

    /// <summary>All other actions but change files.</summary>
    public IReadOnlyList<DeltaAction> Others { get; }

    /// <summary>Reads a file of the log line by line. Fails as <see cref="CommitFile.ReadAsync"/> does.</summary>
    /// <param name="store">Where it is.</param>
    /// <param name="key">Its key.</param>
    /// <param name="version">The last version that it is about.</param>
    /// <param name="withFiles">Whether files are wanted.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<LogContent> ReadAsync(IObjectStore store, string key, long version, bool withFiles, CancellationToken cancellationToken)
    {
        var files = new JsonFileActions();
        var others = new List<DeltaAction>();
        var taken = withFiles ? (IFileActions)files : NoFileActions.Instance;
        await foreach (var action in CommitFile.ReadActionsAsync(store, key, version, taken, cancellationToken).ConfigureAwait(false))
            others.Add(action);
        return new LogContent(files.BuildAdded(), files.Removed, others);
    }
}
