using Tideway.DeltaLog;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Changes;
using Tideway.DeltaLog.Snapshots;
using Tideway.DeltaSharing.Protocol;
using Tideway.DeltaSharing.Server.Answers;
using Tideway.DeltaSharing.Server.Parameters;
using Tideway.DeltaSharing.Server.PlainCopies;
using Tideway.DeltaSharing.Server.Tables;

namespace Tideway.CdfPublisher.Changes;

/// <summary>Writes the lines of a changes answer, each with a signed address.</summary>
internal sealed class ChangeLines(DeltaTable table, ResponseFormats format, FileIdHash idHash, Func<AnswerUrls> urls)
{
    /// <summary>Whether changes of the metadata are told between the files. Clients crash on them where they did not ask.</summary>
    public bool WithMetadata { get; init; }

    /// <summary>Whether changes of the protocol are told too, which only the delta format can.</summary>
    public bool WithProtocol { get; init; }

    /// <summary>What copies are told instead of files; null where the files are told as they are.</summary>
    public PlainChanges? Plain { get; init; }

    /// <summary>Addresses of copies.</summary>
    public Func<AnswerUrls>? CopyUrls { get; init; }

    /// <summary>Most files that are written; null for all.</summary>
    public int? MaxFiles { get; init; }

    /// <summary>Where the next page begins; null where there is none.</summary>
    public ChangesCursor? Next { get; private set; }

    /// <summary>When the first address ends to be good; null before there is one.</summary>
    public DateTimeOffset? FirstExpiry { get; private set; }

    /// <summary>Writes the page that begins at <paramref name="page"/>, of versions from there on.</summary>
    public async ValueTask WriteAsync(
        AnswerWriter writer,
        IAsyncEnumerable<VersionChanges> versions,
        TableHeader begin,
        ChangesCursor page,
        CancellationToken cancellationToken
    )
    {
        using var addresses = urls();
        using var lines = new FileLineWriter(format, idHash, addresses);
        using var copyAddresses = CopyUrls?.Invoke();
        using var copyLines = copyAddresses is null ? null : new FileLineWriter(format, idHash, copyAddresses);
        var header = begin;
        var (count, considered, before) = (0, 0L, page.After);
        var most = Plain is null ? null : PlainChanges.Considered(MaxFiles);
        await foreach (var changes in versions.WithCancellation(cancellationToken))
        {
            header = header.After(changes);
            var skip = changes.Version == page.Version ? page.Skip : 0;
            // The page that has the first of a version's files has told of its metadata.
            var isUntold = changes.Version > page.Start && skip == 0;
            var mark = new CommitMark(changes.Version, changes.Timestamp.ToUnixTimeMilliseconds());
            foreach (var file in (Plain?.FilesOf(changes, header) ?? ChangeScan.FilesOf(changes).Select(file => PlainFile.Of(file))).Skip(skip))
            {
                if (count == MaxFiles || considered++ == most)
                {
                    Next = page with { Version = changes.Version, Skip = skip, After = before };
                    return;
                }

                if (isUntold)
                    await WriteHeaderAsync(writer, changes, header, cancellationToken);
                isUntold = false;
                skip++;
                var copied = Plain?.FindCopied(file, header);
                if ((copied is { } item ? await Plain!.DescribeAsync(item, cancellationToken) : file.Action) is not { } told)
                    continue;
                await WriteAsync(writer, copied is null ? lines : copyLines!, told, mark, cancellationToken);
                await writer.EndLineAsync(cancellationToken);
                // Addresses of copies may be another store's, and end at another time.
                var expiry = (copied is null ? addresses : copyAddresses!).FirstExpiry;
                if (FirstExpiry is null || expiry < FirstExpiry)
                    FirstExpiry = expiry;
                count++;
            }

            if (isUntold)
                await WriteHeaderAsync(writer, changes, header, cancellationToken);
            before = changes.Timestamp;
        }
    }

    private async ValueTask WriteHeaderAsync(AnswerWriter writer, VersionChanges changes, TableHeader header, CancellationToken cancellationToken)
    {
        if (WithProtocol && changes.Protocol is { } protocol)
            await writer.WriteAsync(TableLines.Protocol(format, RecipientProtocol.Of(protocol, header.Metadata), changes.Version), cancellationToken);
        if (WithMetadata && changes.Metadata is { } changed)
            await writer.WriteAsync(TableLines.Metadata(format, Plain?.MetadataOf(header) ?? changed, changes.Version), cancellationToken);
    }

    private async ValueTask WriteAsync(AnswerWriter writer, FileLineWriter lines, DeltaAction file, CommitMark mark, CancellationToken cancellationToken)
    {
        switch (file)
        {
            case AddCdcFile cdc:
                lines.WriteChangeFile(writer, cdc, mark);
                return;
            case AddFile add:
                lines.WriteAdd(writer, add, mark);
                return;
            case RemoveFile remove:
                lines.WriteRemove(writer, remove, remove.Size ?? await FindSizeAsync(remove.Path, cancellationToken), mark);
                return;
            default:
                throw new ArgumentException($"Expected a file, got {file.GetType().Name}.", nameof(file));
        }
    }

    // Older writers leave the size out of what they remove.
    private async ValueTask<long> FindSizeAsync(string path, CancellationToken cancellationToken) =>
        (await table.Store.FindAsync(FilePath.Key(path, table.Store.Root), cancellationToken))?.Size ?? 0;
}
