using System.Runtime.CompilerServices;
using Tideway.CdfPublisher.Tables;
using Tideway.DeltaLog;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Changes;
using Tideway.DeltaLog.Snapshots;
using Tideway.DeltaSharing.Server.Answers;
using Tideway.DeltaSharing.Server.Tables;
using Tideway.ObjectStorage;

namespace Tideway.CdfPublisher.Changes;

/// <summary>
/// A range of versions that was seen to be readable as a whole, before any of it is answered: after the first byte it is too late to refuse. Of later pages only
/// what they answer is looked at. The beginning stays in memory, as far as a page needs it; what is beyond is read again while it is answered.
/// </summary>
internal sealed class ChangeScan
{
    private const int MaxActionsKept = 10_000;

    // Of those who may stop early; one page of most stores' lists.
    private const int Portion = 1_000;

    private readonly DeltaTable table;
    private readonly ChangesCursor page;
    private readonly int? maxFiles;
    private readonly List<VersionChanges> kept = [];
    private TableHeader beyond;

    private ChangeScan(DeltaTable table, TableHeader start, ChangesCursor page, int? maxFiles)
    {
        this.table = table;
        this.page = page;
        this.maxFiles = maxFiles;
        (Start, beyond) = (start, start);
    }

    /// <summary>The first version of the page.</summary>
    public TableHeader Start { get; }

    /// <summary>What the parquet format has no place for; null where it can express the whole range.</summary>
    public PlainFault? PlainFault { get; private set; }

    /// <summary>What clients must know of versions that set another protocol.</summary>
    public List<RecipientProtocol> Needed { get; } = [];

    /// <summary>What not even copies can tell in that format; null where there is nothing of the kind.</summary>
    public PlainFault? CopyFault { get; private set; }

    /// <summary>The file of the range that vacuum deletes first; null where none is told, and on later pages.</summary>
    public LoggedFile? FirstToGo { get; private set; }

    /// <summary>Number of files that hold the changes of the page.</summary>
    public long FileCount { get; private set; }

    /// <summary>Their size in bytes, as far as the log says.</summary>
    public long ByteCount { get; private set; }

    public static async Task<Checked<ChangeScan>> ReadAsync(
        DeltaTable table,
        SnapshotCache cache,
        ChangesCursor page,
        ChangePages pages,
        CancellationToken cancellationToken
    )
    {
        var start = page.Version;
        try
        {
            var scan = new ChangeScan(table, await TableHeader.ReadAsync(cache, table, start, cancellationToken), page, pages.MaxFiles);
            return await scan.CheckAsync(cache, cancellationToken) is { } refusal ? refusal : scan;
        }
        catch (DeltaLogException exception) when (exception.Error is DeltaLogError.VersionNotFound or DeltaLogError.MissingCommits)
        {
            var earliest = await table.EarliestChangesVersionAsync(cancellationToken);
            if (start >= earliest)
                throw;
            return KeptFiles.RefuseBefore(earliest, start, exception.Message);
        }
    }

    /// <summary>The versions of the range, in order. Those that are not in memory are read one by one.</summary>
    public async IAsyncEnumerable<VersionChanges> ChangesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var changes in kept)
            yield return changes;
        var next = kept.Count > 0 ? kept[^1].Version + 1 : page.Version;
        if (next > page.End)
            yield break;
        var portion = maxFiles is null ? (int?)null : Portion;
        await foreach (var changes in ReadAsync(next, beyond, kept.Count > 0 ? kept[^1].Timestamp : page.After, portion, cancellationToken))
            yield return changes;
    }

    /// <summary>The files that hold a version's row changes.</summary>
    public static IEnumerable<DeltaAction> FilesOf(VersionChanges changes) => CommitRows.IsEmptyMerge(changes) ? [] : changes.ChangeFiles();

    private async Task<ProtocolRefusal?> CheckAsync(SnapshotCache cache, CancellationToken cancellationToken)
    {
        var header = Start;
        // Of files that are written again some have no rows and are not told, which shows only when they are written.
        var enough = page.Skip + (page.Plain || page.IsFirst ? PlainChanges.Considered(maxFiles) : maxFiles) ?? long.MaxValue;
        var (seen, held, keeps) = (0L, 0L, true);
        await foreach (var changes in ReadAsync(Start.Version, Start, page.After, page.IsFirst ? null : Portion, cancellationToken))
        {
            keeps = keeps && seen <= enough;
            header = header.After(changes);
            if (!header.Metadata.IsEnabled(TableProperties.EnableChangeDataFeed))
                return await RecordedVersions.RefuseAsync(table, cache, page, header, cancellationToken);

            if (page.IsFirst)
                FirstToGo = LoggedFile.FirstToGo(FirstToGo, changes, header);
            if (changes.Protocol is not null)
                Needed.Add(RecipientProtocol.Of(header.Protocol, header.Metadata));
            if (changes.Version == Start.Version || changes.Metadata is not null)
                PlainFault ??= PlainFormat.FindFault(header.Metadata) is { } reason ? new PlainFault(changes.Version, reason) : null;
            foreach (var file in FilesOf(changes))
            {
                // Throws where the file lies outside the table: such files are not ours to sign.
                ObjectKey.Validate(FilePath.Key(LoggedFile.PathOf(file), table.Store.Root));
                if (VectorOf(file)?.Key(table.Store.Root) is { } vectorKey)
                    ObjectKey.Validate(vectorKey);
                if (file is RemoveFile { PartitionValues: null } && header.Metadata.PartitionColumns.Count > 0)
                    CopyFault ??= new PlainFault(changes.Version, "it removes a file without saying of which partition");
                PlainFault ??= CopyFault ?? (VectorOf(file) is null ? null : new PlainFault(changes.Version, PlainFormat.DeletedRows));
                seen++;
                if (seen <= page.Skip || FileCount == maxFiles)
                    continue;
                FileCount++;
                ByteCount += SizeOf(file) ?? 0;
            }

            // All that the version holds, whether it is told or not: what only rearranges files may hold many.
            held += 1 + changes.Adds.Count + changes.Removes.Count + changes.CdcFiles.Count;
            keeps = keeps && held <= MaxActionsKept;
            if (keeps)
            {
                kept.Add(changes);
                beyond = header;
            }

            // The first page has seen that all of the range can be read; those that follow look no further than they go.
            if (!page.IsFirst && seen > enough)
                break;
        }

        return null;
    }

    private IAsyncEnumerable<VersionChanges> ReadAsync(
        long from,
        TableHeader header,
        DateTimeOffset? after,
        int? portion,
        CancellationToken cancellationToken
    ) =>
        table.ReadChangesAsync(
            from,
            page.End,
            new ChangesOptions
            {
                Description = (header.Protocol, header.Metadata),
                After = after,
                Portion = portion,
            },
            cancellationToken
        );

    private static DeletionVectorDescriptor? VectorOf(DeltaAction file) =>
        file switch
        {
            AddFile add => add.DeletionVector,
            RemoveFile remove => remove.DeletionVector,
            _ => null,
        };

    private static long? SizeOf(DeltaAction file) =>
        file switch
        {
            AddFile add => add.Size,
            RemoveFile remove => remove.Size,
            AddCdcFile cdc => cdc.Size,
            _ => null,
        };
}

/// <summary>Why a version cannot be answered in the parquet format.</summary>
internal sealed record PlainFault(long Version, string Reason);
