using Tideway.DeltaLog;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Changes;
using Tideway.DeltaLog.Snapshots;
using Tideway.DeltaSharing.Protocol;
using Tideway.DeltaSharing.Server.Answers;
using Tideway.DeltaSharing.Server.Parameters;
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

    /// <summary>When the first address ends to be good; null before there is one.</summary>
    public DateTimeOffset? FirstExpiry { get; private set; }

    public async ValueTask WriteAsync(AnswerWriter writer, IAsyncEnumerable<VersionChanges> versions, TableHeader start, CancellationToken cancellationToken)
    {
        using var addresses = urls();
        using var lines = new FileLineWriter(format, idHash, addresses);
        using var copyAddresses = CopyUrls?.Invoke();
        using var copyLines = copyAddresses is null ? null : new FileLineWriter(format, idHash, copyAddresses);
        var header = start;
        await foreach (var changes in versions.WithCancellation(cancellationToken))
        {
            header = header.After(changes);
            if (WithProtocol && changes.Version > start.Version && changes.Protocol is { } protocol)
                await writer.WriteAsync(TableLines.Protocol(format, RecipientProtocol.Of(protocol, header.Metadata), changes.Version), cancellationToken);
            if (WithMetadata && changes.Version > start.Version && changes.Metadata is { } changed)
                await writer.WriteAsync(TableLines.Metadata(format, Plain?.MetadataOf(header) ?? changed, changes.Version), cancellationToken);
            var mark = new CommitMark(changes.Version, changes.Timestamp.ToUnixTimeMilliseconds());
            if (Plain is null)
            {
                foreach (var file in ChangeScan.FilesOf(changes))
                    await WriteAsync(writer, lines, file, mark, cancellationToken);
            }
            else
            {
                foreach (var item in Plain.FilesOf(changes, header))
                {
                    if (!item.View.NeedsCopy(item.File))
                        await WriteAsync(writer, lines, item.File.Action, mark, cancellationToken);
                    else if (await Plain.DescribeAsync(item, cancellationToken) is { } copy)
                        await WriteAsync(writer, copyLines!, copy, mark, cancellationToken);
                }
            }

            FirstExpiry ??= addresses.FirstExpiry;
            if (copyAddresses?.FirstExpiry < (FirstExpiry ?? DateTimeOffset.MaxValue))
                FirstExpiry = copyAddresses.FirstExpiry;
        }
    }

    private async ValueTask WriteAsync(AnswerWriter writer, FileLineWriter lines, DeltaAction file, CommitMark mark, CancellationToken cancellationToken)
    {
        switch (file)
        {
            case AddCdcFile cdc:
                lines.WriteChangeFile(writer, cdc, mark);
                break;
            case AddFile add:
                lines.WriteAdd(writer, add, mark);
                break;
            case RemoveFile remove:
                lines.WriteRemove(writer, remove, remove.Size ?? await FindSizeAsync(remove.Path, cancellationToken), mark);
                break;
            default:
                throw new ArgumentException($"Expected a file, got {file.GetType().Name}.", nameof(file));
        }

        await writer.EndLineAsync(cancellationToken);
    }

    // Older writers leave the size out of what they remove.
    private async ValueTask<long> FindSizeAsync(string path, CancellationToken cancellationToken) =>
        (await table.Store.FindAsync(FilePath.Key(path, table.Store.Root), cancellationToken))?.Size ?? 0;
}
