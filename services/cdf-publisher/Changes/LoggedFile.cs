using Tideway.CdfPublisher.Tables;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Changes;

namespace Tideway.CdfPublisher.Changes;

/// <summary>A file that holds row changes, as the log names it: vacuum deletes it one day, and the log goes on to name it.</summary>
internal sealed record LoggedFile(TableHeader Header, DeltaAction Action)
{
    /// <summary>The version that names it.</summary>
    public long Version => Header.Version;

    /// <summary>Path in the log.</summary>
    public string Path => PathOf(Action);

    /// <summary>
    /// Whether the table has no more use for it since its version, as of change files and removed files: vacuum deletes those of older versions first. A file that was
    /// added may be of the table still, and goes later than those of its version in any case.
    /// </summary>
    public bool IsOutdated => Action is not AddFile;

    public static string PathOf(DeltaAction file) =>
        file switch
        {
            AddFile add => add.Path,
            RemoveFile remove => remove.Path,
            AddCdcFile cdc => cdc.Path,
            _ => throw new ArgumentException($"Expected a file, got {file.GetType().Name}.", nameof(file)),
        };

    /// <summary>Of a file and one that comes later in the range, the one that vacuum deletes first.</summary>
    public static LoggedFile FirstToGo(LoggedFile? earlier, LoggedFile later) => earlier is null || (later.IsOutdated && !earlier.IsOutdated) ? later : earlier;

    /// <summary>The same of a file and those of a later version.</summary>
    public static LoggedFile? FirstToGo(LoggedFile? earlier, VersionChanges changes, TableHeader header)
    {
        if (earlier?.IsOutdated == true)
            return earlier;
        return FindOutdated(changes) is { } outdated ? FirstToGo(earlier, new LoggedFile(header, outdated))
            : earlier is null && ChangeScan.FilesOf(changes).FirstOrDefault() is { } first ? new LoggedFile(header, first)
            : earlier;
    }

    private static DeltaAction? FindOutdated(VersionChanges changes)
    {
        if (CommitRows.IsEmptyMerge(changes))
            return null;
        if (changes.CdcFiles.Count > 0)
            return changes.CdcFiles[0];
        if (changes.Removes.Count == 0)
            return null;
        // A file that is removed and added again has other deleted rows since, and is of the table still.
        var added = changes.Adds.Select(add => add.Path).ToHashSet(StringComparer.Ordinal);
        return changes.Removes.FirstOrDefault(remove => remove.DataChange && !added.Contains(remove.Path));
    }
}
