using System.Runtime.CompilerServices;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Changes;
using Tideway.DeltaLog.Snapshots;
using Tideway.DeltaSharing.Protocol;
using Tideway.DeltaSharing.Protocol.Lines;
using Tideway.DeltaSharing.Server.Answers;
using Tideway.DeltaSharing.Server.Parameters;
using Tideway.DeltaSharing.Server.PlainCopies;
using Tideway.DeltaSharing.Server.Tables;
using Tideway.ShareRegistry.Tables;

namespace Tideway.ShareRegistry.TableQuery;

/// <summary>
/// Answers a query with a starting version: for each version the files whose rows it added and removed, and its metadata where it set one; its protocol
/// too where that was asked for. Commits are read one by one as the answer is written.
/// </summary>
internal sealed class ChangedFilesAnswer
{
    private readonly TableCall call;
    private readonly QueryRequest query;
    private readonly ServedTable table;
    private readonly TableSelection.Since since;
    private readonly AnswerShape shape;
    private readonly AnswerFiles files;
    private readonly ChangedRange range;
    private readonly PlainChangedFiles? plain;
    private DateTimeOffset? firstExpiry;
    private ChangesCursor? next;

    private ChangedFilesAnswer(
        TableCall call,
        QueryRequest query,
        ServedTable table,
        TableSelection.Since since,
        AnswerShape shape,
        AnswerFiles files,
        ChangedRange range,
        PlainChangedFiles? plain
    )
    {
        this.call = call;
        this.query = query;
        this.table = table;
        this.since = since;
        this.shape = shape;
        this.files = files;
        this.range = range;
        this.plain = plain;
    }

    private bool WithProtocols => query.IncludeHistoricalProtocol && shape.IsDelta;

    public static async Task<PreparedAnswer> PrepareAsync(
        TableCall call,
        ServedTable table,
        TableSelection.Since since,
        QueryRequest query,
        string? cursor,
        QueryTokens tokens,
        AnswerFiles files,
        CopiedFiles copies,
        CancellationToken cancellationToken
    )
    {
        var latest = table.Latest;
        if (since.Starting > latest.Version)
        {
            var tooLate = ProtocolRefusals.Invalid(
                $"startingVersion({since.Starting}) is after the latest available version {latest.Version} of {call.Table.FullName}."
            );
            return cursor is null ? tooLate : tokens.CheckReach(since.Starting, latest.Version) ?? tooLate;
        }

        // The end is only a hint: what is there up to it is what there is to tell.
        var position = cursor is null
            ? new ChangesCursor(since.Starting, 0, Math.Min(since.Ending ?? latest.Version, latest.Version), ResponseFormats.None, null)
            : ChangesCursor.Parse(cursor);
        if (cursor is not null && tokens.CheckReach(position.End, latest.Version) is { } outOfReach)
            return outOfReach;
        var head = await table.Table.LoadDescriptionAsync(since.Starting, cancellationToken);
        // Which table it is says the first version, whose id stays: later ones may set another, and do while pages are read.
        if (tokens.Bind(head.Metadata.Id) is { } ended)
            return ended;
        var begin = position.Version == since.Starting ? head : await table.Table.LoadDescriptionAsync(position.Version, cancellationToken);
        var chosen = ChooseShape(call, position.Format, latest, head.Protocol, head.Metadata);
        var other = chosen.IsRefused(out var lacking) ? AnswerShape.FindOther(call) : chosen.Value;
        if (other is not { } agreed)
            return lacking!;
        position = position with { Format = agreed.Format };
        var versions = new ChangedRange(table.Table, position, begin, IsFirst: cursor is null);
        var copied = agreed.IsDelta ? null : PlainChangedFiles.Find(copies, call, table, (since.Starting, head.Protocol, head.Metadata));
        if (lacking is not null && copied is null)
            return lacking;
        if (!agreed.IsDelta && copied is null && PlainFormat.FindFault(head.Metadata) is { } fault)
            return PlainFormat.Refuse(call.Table.FullName, since.Starting, fault);
        if (copied is not null && await For(call).PrepareCopiesAsync(copied, cancellationToken) is { } notCopied)
            return notCopied;
        return new PreparedAnswer(asking => For(asking).Make(head.Protocol, head.Metadata, tokens), table);

        ChangedFilesAnswer For(TableCall asking) => new(asking, query, table, since, agreed, files, versions, copied?.At(begin));
    }

    private TableAnswer Make(Protocol protocol, Metadata metadata, QueryTokens tokens) =>
        new()
        {
            TableVersion = since.Starting,
            Format = shape.Format,
            Protocol = TableLines.Protocol(shape.Format, RecipientProtocol.Of(protocol, metadata), WithProtocols ? since.Starting : null),
            Metadata = TableLines.Metadata(shape.Format, plain?.Metadata ?? metadata, since.Starting, access: call.Access),
            Body = WriteOfOneTableAsync,
            Explain = exception => TableFailures.Explain(exception, call.Table),
            EchoEndStream = call.Capabilities.IncludeEndStreamAction,
            EchoFileIdHash = call.FileIdHash,
            EndStream = call.WantsEnd(query)
                ? () =>
                    new EndStreamLine
                    {
                        NextPageToken = next is { } further ? tokens.NextPage(further.ToText()) : null,
                        MinUrlExpirationTimestamp = firstExpiry?.ToUnixTimeMilliseconds(),
                    }
                : null,
        };

    // What came with a later version must be expressible too, and known; pages stay with what the first settled.
    private static Checked<AnswerShape> ChooseShape(TableCall call, ResponseFormats settled, Snapshot latest, Protocol protocol, Metadata metadata)
    {
        if (settled != ResponseFormats.None)
            return AnswerShape.Of(call, settled);
        var chosen = AnswerShape.Choose(call, latest.Protocol, latest.Metadata);
        if (!chosen.IsRefused(out _) && !chosen.Value.IsDelta)
            chosen = AnswerShape.Choose(call, protocol, metadata);
        if (chosen.IsRefused(out _))
            return chosen;
        return chosen.Value.FindUnknown(call, protocol, metadata) is { } unknown ? unknown : chosen;
    }

    // The first lines were made before, and the commits are read only now: both must be of one table, before anything is told and after.
    private async ValueTask WriteOfOneTableAsync(AnswerWriter writer, CancellationToken cancellationToken)
    {
        await RequireSameTableAsync(cancellationToken);
        await WriteAsync(writer, cancellationToken);
        await RequireSameTableAsync(cancellationToken);
    }

    private async Task RequireSameTableAsync(CancellationToken cancellationToken)
    {
        if (!await table.IsSameAsync(cancellationToken))
            throw new TableRemadeException(table.Table.Store.Root);
    }

    private async ValueTask WriteAsync(AnswerWriter writer, CancellationToken cancellationToken)
    {
        using var urls = files.Urls(call, table);
        using var lines = new FileLineWriter(shape.Format, shape.IdHash, urls);
        using var copyUrls = plain is null ? null : files.Urls(call, plain.Location);
        using var copyLines = copyUrls is null ? null : new FileLineWriter(shape.Format, shape.IdHash, copyUrls);
        var position = range.Position;
        var (metadata, told, count) = (range.Begin.Metadata, position.After, 0);
        await foreach (var version in range.ReadAsync(cancellationToken))
        {
            metadata = version.Metadata ?? metadata;
            // Between the first version and the latest the table may have needed more than in either.
            if (version.Protocol is { } set && shape.FindUnknown(call, set, metadata) is { } unknown)
                throw new UnexpressibleVersionException(unknown);
            var mark = new CommitMark(version.Version, version.Timestamp.ToUnixTimeMilliseconds());
            var skip = version.Version == position.Version ? position.Skip : 0;
            foreach (var action in ActionsOf(version).Skip(skip))
            {
                var isFile = action is AddFile or RemoveFile;
                if (isFile && count == query.MaxFiles)
                {
                    next = position with { Version = version.Version, Skip = skip, After = told };
                    firstExpiry = Earlier(urls.FirstExpiry, copyUrls?.FirstExpiry);
                    return;
                }

                if (plain is null || !await plain.WriteAsync(writer, copyLines!, version, action, mark, cancellationToken))
                    await WriteAsync(writer, lines, action, metadata, mark, cancellationToken);
                skip++;
                count += isFile ? 1 : 0;
            }

            told = version.Timestamp;
        }

        firstExpiry = Earlier(urls.FirstExpiry, copyUrls?.FirstExpiry);
    }

    private async Task<ProtocolRefusal?> PrepareCopiesAsync(PlainChangedFiles copied, CancellationToken cancellationToken)
    {
        await files.PrepareAsync(copied.Location, cancellationToken);
        return await copied.At(range.Begin).PrepareAsync(Actions(cancellationToken), cancellationToken);

        // The same that the answer will hold.
        async IAsyncEnumerable<(VersionChanges, DeltaAction)> Actions([EnumeratorCancellation] CancellationToken token)
        {
            var count = 0;
            await foreach (var version in range.ReadAsync(token))
            {
                foreach (var action in ActionsOf(version).Skip(version.Version == range.Position.Version ? range.Position.Skip : 0))
                {
                    if (action is AddFile or RemoveFile && count++ == query.MaxFiles)
                        yield break;
                    yield return (version, action);
                }
            }
        }
    }

    private static DateTimeOffset? Earlier(DateTimeOffset? one, DateTimeOffset? other) => one is { } first && !(other < first) ? first : other;

    private IEnumerable<DeltaAction> ActionsOf(VersionChanges version)
    {
        if (version.Version > since.Starting)
        {
            if (WithProtocols && version.Protocol is { } protocol)
                yield return protocol;
            if (version.Metadata is { } metadata)
                yield return metadata;
        }

        foreach (var add in version.Adds.Where(add => add.DataChange))
            yield return add;
        foreach (var remove in version.Removes.Where(remove => remove.DataChange))
            yield return remove;
    }

    private async ValueTask WriteAsync(
        AnswerWriter writer,
        FileLineWriter lines,
        DeltaAction action,
        Metadata metadata,
        CommitMark mark,
        CancellationToken cancellationToken
    )
    {
        switch (action)
        {
            case Protocol protocol:
                await writer.WriteAsync(TableLines.Protocol(shape.Format, RecipientProtocol.Of(protocol, metadata), mark.Version), cancellationToken);
                return;
            case Metadata changed:
                if (!shape.IsDelta && PlainFormat.FindFault(changed) is { } fault)
                    throw Unexpressible(mark.Version, fault);
                await writer.WriteAsync(TableLines.Metadata(shape.Format, changed, mark.Version, access: call.Access), cancellationToken);
                return;
            case AddFile add:
                if (!shape.IsDelta && add.DeletionVector is not null)
                    throw Unexpressible(mark.Version, PlainFormat.DeletedRows);
                lines.WriteAdd(writer, add, mark);
                break;
            case RemoveFile remove:
                if (!shape.IsDelta && remove.DeletionVector is not null)
                    throw Unexpressible(mark.Version, PlainFormat.DeletedRows);
                lines.WriteRemove(writer, remove, remove.Size ?? await FindSizeAsync(remove.Path, cancellationToken), mark);
                break;
        }

        await writer.EndLineAsync(cancellationToken);
    }

    // Older writers leave the size out of what they remove.
    private async ValueTask<long> FindSizeAsync(string path, CancellationToken cancellationToken) =>
        (await table.Table.Store.FindAsync(FilePath.Key(path, table.Table.Store.Root), cancellationToken))?.Size ?? 0;

    private UnexpressibleVersionException Unexpressible(long version, string fault) => new(PlainFormat.Refuse(call.Table.FullName, version, fault));
}
