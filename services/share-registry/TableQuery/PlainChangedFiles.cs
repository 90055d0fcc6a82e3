using System.Runtime.CompilerServices;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Changes;
using Tideway.DeltaSharing.Protocol;
using Tideway.DeltaSharing.Server.Answers;
using Tideway.DeltaSharing.Server.PlainCopies;
using Tideway.DeltaSharing.Server.Tables;
using Tideway.ObjectStorage;
using Tideway.ShareRegistry.Tables;

namespace Tideway.ShareRegistry.TableQuery;

/// <summary>
/// What a query with a starting version tells a client that reads only plain Parquet of a table that the format cannot express by itself: each version by its
/// own metadata, and for each file that needs it a copy with the rows that the table has of it. Goes through the versions once.
/// </summary>
internal sealed class PlainChangedFiles
{
    private readonly CopiedFiles copies;
    private readonly PlainVersions versions;
    private readonly TableAccess access;
    private readonly (long Version, Protocol Protocol, Metadata Metadata) start;
    private Protocol protocol;
    private Metadata metadata;

    private PlainChangedFiles(CopiedFiles copies, PlainTable table, TableAccess access, (long, Protocol, Metadata) start)
    {
        this.copies = copies;
        versions = new PlainVersions(copies, table);
        this.access = access;
        this.start = start;
        (_, protocol, metadata) = start;
        Metadata = ViewAt(this.start.Version)?.Metadata;
    }

    /// <summary>The metadata of the first version; null where its rows cannot be written plainly.</summary>
    public Metadata? Metadata { get; }

    /// <summary>Where the copies are.</summary>
    public StorageLocation Location => copies.Location;

    private string FullName => versions.Table.FullName;

    /// <summary>Null where nothing is to be copied, or must not be.</summary>
    public static PlainChangedFiles? Find(CopiedFiles copies, TableCall call, ServedTable table, (long Version, Protocol Protocol, Metadata Metadata) start)
    {
        if (!copies.IsOn || !call.Table.PlainCopies)
            return null;
        return NeedsMore(start.Protocol, start.Metadata) || NeedsMore(table.Latest.Protocol, table.Latest.Metadata)
            ? new PlainChangedFiles(copies, table.ToPlain(call.Table), call.Access, start)
            : null;
    }

    /// <summary>The same for one who goes through the versions from one on that says this of the table.</summary>
    public PlainChangedFiles At((Protocol Protocol, Metadata Metadata) begin) =>
        new(copies, versions.Table, access, start) { protocol = begin.Protocol, metadata = begin.Metadata };

    /// <summary>Has the copies of an answer written before it begins; a refusal where that cannot be.</summary>
    public async Task<ProtocolRefusal?> PrepareAsync(
        IAsyncEnumerable<(VersionChanges Version, DeltaAction Action)> actions,
        CancellationToken cancellationToken
    )
    {
        ProtocolRefusal? inexpressible = Metadata is null ? Refuse(start.Version, start.Metadata) : null;
        var notCopied = inexpressible ?? await copies.EnsureAsync(versions.Table, Items(cancellationToken), cancellationToken);
        return inexpressible ?? notCopied;

        async IAsyncEnumerable<PlainItem> Items([EnumeratorCancellation] CancellationToken token)
        {
            await foreach (var (version, action) in actions.WithCancellation(token))
            {
                Follow(version);
                if (ViewAt(version.Version) is not { } view)
                {
                    inexpressible = Refuse(version.Version, metadata);
                    yield break;
                }

                if (action is AddFile or RemoveFile)
                    yield return new PlainItem(view, PlainFile.Of(action));
            }
        }
    }

    /// <summary>Writes the line of what cannot be told as it is; false for what can.</summary>
    public async ValueTask<bool> WriteAsync(
        AnswerWriter writer,
        FileLineWriter lines,
        VersionChanges version,
        DeltaAction action,
        CommitMark mark,
        CancellationToken cancellationToken
    )
    {
        Follow(version);
        var view = ViewAt(version.Version) ?? throw new UnexpressibleVersionException(Refuse(version.Version, metadata));
        if (action is Metadata)
        {
            await writer.WriteAsync(TableLines.Metadata(ResponseFormats.Parquet, view.Metadata, version.Version, access: access), cancellationToken);
            return true;
        }

        if (action is not (AddFile or RemoveFile) || PlainFile.Of(action) is not { } file || !view.NeedsCopy(file))
            return false;
        switch (await copies.DescribeAsync(versions.Table, new PlainItem(view, file), cancellationToken))
        {
            case AddFile add:
                lines.WriteAdd(writer, add, mark);
                break;
            case RemoveFile remove:
                lines.WriteRemove(writer, remove, remove.Size!.Value, mark);
                break;
        }

        await writer.EndLineAsync(cancellationToken);
        return true;
    }

    private void Follow(VersionChanges version)
    {
        protocol = version.Protocol ?? protocol;
        metadata = version.Metadata ?? metadata;
    }

    private PlainView? ViewAt(long version) => versions.ViewOf(version, protocol, metadata);

    private ProtocolRefusal Refuse(long version, Metadata which) =>
        PlainFormat.Refuse(FullName, version, PlainFormat.FindFault(which) ?? "its files hold no columns of their own");

    private static bool NeedsMore(Protocol protocol, Metadata metadata) =>
        RecipientProtocol.Of(protocol, metadata).ReaderFeatures.Count > 0 || PlainFormat.FindFault(metadata) is not null;
}
