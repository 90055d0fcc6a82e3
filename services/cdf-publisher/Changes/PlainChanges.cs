using System.Runtime.CompilerServices;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Changes;
using Tideway.DeltaSharing.Server.Answers;
using Tideway.DeltaSharing.Server.PlainCopies;
using Tideway.DeltaSharing.Server.Tables;
using Tideway.ObjectStorage;

namespace Tideway.CdfPublisher.Changes;

/// <summary>
/// Row changes for a client that reads only plain Parquet, of a table that the format cannot express by itself: each file that needs it is written again with
/// the rows that changed and no others, by the columns of the metadata that are told before it.
/// </summary>
internal sealed class PlainChanges
{
    private readonly CopiedFiles copies;
    private readonly PlainVersions versions;

    private PlainChanges(CopiedFiles copies, PlainVersions versions, PlainView head)
    {
        this.copies = copies;
        this.versions = versions;
        Metadata = head.Metadata;
    }

    /// <summary>The metadata that describe the answer.</summary>
    public Metadata Metadata { get; }

    /// <summary>Where the copies are.</summary>
    public StorageLocation Location => copies.Location;

    /// <summary>Of the files of the page that are told as they are, the one that vacuum deletes first; null where there is none. Known once the copies are written.</summary>
    public LoggedFile? FirstToGo { get; private set; }

    /// <summary>Null where the rows cannot be written plainly.</summary>
    /// <param name="copies">The copies.</param>
    /// <param name="table">The table.</param>
    /// <param name="head">What describes the answer.</param>
    /// <param name="withMetadata">Whether later metadata are told between the files, which then follow them.</param>
    public static PlainChanges? Find(CopiedFiles copies, PlainTable table, TableHeader head, bool withMetadata) =>
        copies.Find(table, head.Version, head.Protocol, head.Metadata) is { } view
            ? new PlainChanges(copies, new PlainVersions(copies, table, withMetadata ? null : view), view)
            : null;

    /// <summary>Has the copies of a page written before the answer begins; a refusal where that cannot be. For a HEAD nothing is written, and only what can be is looked at.</summary>
    public async Task<ProtocolRefusal?> PrepareAsync(ChangeScan scan, ChangesCursor page, ChangeCall call, CancellationToken cancellationToken)
    {
        var most = Considered(call.Pages.MaxFiles) ?? long.MaxValue;
        ProtocolRefusal? inexpressible = null;
        if (call.IsHead)
        {
            await foreach (var _ in Items(cancellationToken)) { }
            return inexpressible;
        }

        return await copies.EnsureAsync(versions.Table, Items(cancellationToken), cancellationToken) is { } refusal ? refusal : inexpressible;

        async IAsyncEnumerable<PlainItem> Items([EnumeratorCancellation] CancellationToken token)
        {
            var header = scan.Start;
            await foreach (var changes in scan.ChangesAsync(token))
            {
                header = header.After(changes);
                if (MetadataOf(header) is null)
                {
                    inexpressible = PlainFormat.Refuse(
                        versions.Table.FullName,
                        header.Version,
                        PlainFormat.FindFault(header.Metadata) ?? "its files hold no columns of their own"
                    );
                    yield break;
                }

                foreach (var file in FilesOf(changes, header).Skip(changes.Version == page.Version ? page.Skip : 0))
                {
                    if (most-- == 0)
                        yield break;
                    if (FindCopied(file, header) is { } item)
                        yield return item;
                    else
                        FirstToGo = LoggedFile.FirstToGo(FirstToGo, new LoggedFile(header, file.Action));
                }
            }
        }
    }

    /// <summary>
    /// How many files a page looks at for so many that it tells: it ends there, also where it has told fewer. Of the two files that tell of another vector at least
    /// one has rows.
    /// </summary>
    public static long? Considered(int? maxFiles) => 2L * maxFiles;

    /// <summary>The metadata that a version is told by; null where its rows cannot be written plainly.</summary>
    public Metadata? MetadataOf(TableHeader header) => versions.ViewOf(header.Version, header.Protocol, header.Metadata)?.Metadata;

    /// <summary>The files that hold a version's row changes.</summary>
    public IEnumerable<PlainFile> FilesOf(VersionChanges changes, TableHeader header) =>
        ChangedFile.Of(changes.Version, ChangeScan.FilesOf(changes)).Select(file => PlainFile.Of(file, versions.Other(header.Metadata)));

    /// <summary>What is copied for a file; null where it is told as it is.</summary>
    public PlainItem? FindCopied(PlainFile file, TableHeader header) =>
        versions.ViewOf(header.Version, header.Protocol, header.Metadata) is { } view && view.NeedsCopy(file) ? new PlainItem(view, file) : null;

    /// <summary>What is told of a file's copy; null where no row of it changed.</summary>
    public ValueTask<DeltaAction?> DescribeAsync(PlainItem item, CancellationToken cancellationToken) =>
        copies.DescribeAsync(versions.Table, item, cancellationToken);
}
