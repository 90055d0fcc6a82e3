using System.Runtime.CompilerServices;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Changes;
using Tideway.DeltaSharing.Protocol;
using Tideway.DeltaSharing.Protocol.Lines;
using Tideway.DeltaSharing.Server.Answers;
using Tideway.DeltaSharing.Server.Parameters;
using Tideway.ShareRegistry.Tables;

namespace Tideway.ShareRegistry.TableQuery;

/// <summary>
/// Answers a query with a starting version: for each version the files whose rows it added and removed, and its metadata where it set one.
/// Commits are read one by one as the answer is written.
/// </summary>
internal sealed class ChangedFilesAnswer
{
    private readonly TableCall call;
    private readonly FileSigner files;
    private readonly TableSelection.Since since;
    private readonly int? maxFiles;
    private ChangesCursor? next;

    private ChangedFilesAnswer(TableCall call, FileSigner files, TableSelection.Since since, int? maxFiles)
    {
        this.call = call;
        this.files = files;
        this.since = since;
        this.maxFiles = maxFiles;
    }

    public static async Task<IResult> MakeAsync(
        TableCall call,
        ServedTable table,
        TableSelection.Since since,
        QueryRequest query,
        string? cursor,
        QueryTokens tokens,
        FileSigner files,
        CancellationToken cancellationToken
    )
    {
        var latest = table.Latest.Version;
        if (since.Starting > latest)
            return ProtocolRefusals.Invalid($"startingVersion({since.Starting}) is after the latest available version {latest} of {call.Table.FullName}.");
        // The end is only a hint: what is there up to it is what there is to tell.
        var position = cursor is null ? new ChangesCursor(since.Starting, 0, Math.Min(since.Ending ?? latest, latest)) : ChangesCursor.Parse(cursor);
        var (_, metadata) = await table.Table.LoadDescriptionAsync(since.Starting, cancellationToken);
        if (ParquetFormat.Check(metadata, since.Starting, call.Table) is { } unexpressible)
            return unexpressible;

        var answer = new ChangedFilesAnswer(call, files, since, query.MaxFiles);
        var lines = answer.LinesAsync(table.Table.ReadChangesAsync(position.Version, position.End, cancellationToken), position, cancellationToken);
        var wantsEnd = call.Capabilities.IncludeEndStreamAction || query.MaxFiles is not null || query.PageToken is not null;
        return new TableAnswer
        {
            TableVersion = since.Starting,
            Protocol = TableLines.Protocol,
            Metadata = TableLines.Of(metadata, since.Starting),
            Lines = lines,
            Explain = exception => TableFailures.Explain(exception, call.Table),
            EchoEndStream = call.Capabilities.IncludeEndStreamAction,
            EchoFileIdHash = call.FileIdHash,
            EndStream = wantsEnd
                ? () =>
                    new EndStreamLine
                    {
                        NextPageToken = answer.next is { } further ? tokens.NextPage(further.ToText()) : null,
                        MinUrlExpirationTimestamp = files.FirstExpiry?.ToUnixTimeMilliseconds(),
                    }
                : null,
        };
    }

    private async IAsyncEnumerable<SharingLine> LinesAsync(
        IAsyncEnumerable<VersionChanges> versions,
        ChangesCursor position,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var count = 0;
        await foreach (var version in versions.WithCancellation(cancellationToken))
        {
            var skip = version.Version == position.Version ? position.Skip : 0;
            foreach (var line in LinesOf(version).Skip(skip))
            {
                if (count == maxFiles)
                {
                    next = position with { Version = version.Version, Skip = skip };
                    yield break;
                }

                var made = line();
                yield return made;
                skip++;
                count += made is MetadataLine ? 0 : 1;
            }
        }
    }

    // What is skipped is not made: signing costs.
    private IEnumerable<Func<SharingLine>> LinesOf(VersionChanges version)
    {
        if (version.Metadata is { } metadata && version.Version > since.Starting)
            yield return () => LineOf(metadata, version);
        foreach (var add in version.Adds.Where(add => add.DataChange))
            yield return () => LineOf(add, version);
        foreach (var remove in version.Removes.Where(remove => remove.DataChange))
            yield return () => LineOf(remove, version);
    }

    private MetadataLine LineOf(Metadata metadata, VersionChanges version) =>
        ParquetFormat.Check(metadata, version.Version, call.Table) is { } unexpressible
            ? throw new UnexpressibleVersionException(unexpressible)
            : TableLines.Of(metadata, version.Version);

    private AddLine LineOf(AddFile file, VersionChanges version) =>
        file.DeletionVector is null ? files.Sign(file, version).ToAddLine() : throw HasDeletedRows(version);

    private RemoveLine LineOf(RemoveFile file, VersionChanges version) =>
        file.DeletionVector is null ? files.Sign(file, version).ToRemoveLine() : throw HasDeletedRows(version);

    private UnexpressibleVersionException HasDeletedRows(VersionChanges version) => new(ParquetFormat.HasDeletedRows(version.Version, call.Table));
}
