using Microsoft.Extensions.Options;
using Tideway.CdfPublisher.Tables;
using Tideway.DeltaLog;
using Tideway.DeltaLog.Snapshots;
using Tideway.DeltaSharing.Protocol;
using Tideway.DeltaSharing.Protocol.Lines;
using Tideway.DeltaSharing.Server.Answers;
using Tideway.DeltaSharing.Server.Paging;
using Tideway.DeltaSharing.Server.Parameters;
using Tideway.DeltaSharing.Server.PlainCopies;
using Tideway.DeltaSharing.Server.Serving;
using Tideway.DeltaSharing.Server.Tables;
using Tideway.ObjectStorage;
using Tideway.ObjectStorage.Signing;

namespace Tideway.CdfPublisher.Changes;

/// <summary>Answers for row changes of published tables.</summary>
internal sealed class ChangeFeed(
    TableOpener tables,
    SnapshotCache cache,
    CopiedFiles copies,
    IUrlSigner signer,
    ContinuationTokens continuations,
    IOptions<FileUrlOptions> urls,
    TimeProvider time
)
{
    /// <summary>The answer, its lines not made yet; a refusal where the range cannot be read as a whole.</summary>
    public async Task<IResult> AnswerAsync(ChangeCall call, CancellationToken cancellationToken)
    {
        try
        {
            return await ReadAsync(call, cancellationToken);
        }
        catch (Exception exception) when (ChangeFailures.Handles(exception))
        {
            return ChangeFailures.ToRefusal(exception, call.Table);
        }
    }

    private async Task<IResult> ReadAsync(ChangeCall call, CancellationToken cancellationToken)
    {
        var (table, location) = tables.Open(call.Table.StorageLocation);
        var begins = call.Pages.FindStart(continuations, call);
        if (begins.IsRefused(out var refusal))
            return refusal;
        var resolved = begins.Value is { } cursor ? ChangesCursor.Parse(cursor.Position) : await ResolveAsync(table, call, cancellationToken);
        if (resolved.IsRefused(out refusal))
            return refusal;
        var page = resolved.Value;
        // What is shared may have become less since the first page.
        if (ChangeRange.Check(page.Start, page.End, page.Latest, call.Rules) is { } outside)
            return outside;

        var latest = await ReadLatestAsync(table, page, begins.Value, cancellationToken);
        if (latest.IsRefused(out refusal))
            return refusal;
        var newest = latest.Value;
        var scan = await ChangeScan.ReadAsync(table, cache, page, call.Pages, cancellationToken);
        if (scan.IsRefused(out refusal))
            return refusal;
        var first = page.Version == page.Start ? scan.Value.Start : await TableHeader.ReadAsync(cache, table, page.Start, cancellationToken);
        var withMetadata = call.Range.IncludeHistoricalMetadata;
        var chosen = page.Format != ResponseFormats.None ? page.Format : ChooseFormat(call, first, newest, scan.Value);
        // Who takes both formats and does not know all that the delta format needs is as one who takes only the other.
        if (chosen.IsRefused(out var lacking) && !call.Capabilities.ResponseFormats.HasFlag(ResponseFormats.Parquet))
            return lacking;
        var format = lacking is null ? chosen.Value : ResponseFormats.Parquet;
        page = page with { Format = format };
        var isDelta = format == ResponseFormats.Delta;
        var head = withMetadata ? first : newest;
        PlainChanges? plain = null;
        if (!isDelta && (scan.Value.CopyFault ?? scan.Value.PlainFault ?? PlainFaultOf(newest) ?? PlainFaultOf(page)) is { } fault)
        {
            if (scan.Value.CopyFault is null && !call.Table.PlainCopiesRefused)
                plain = PlainChanges.Find(copies, new PlainTable(call.Table.FullName, location, table), head, withMetadata);
            if (plain is null)
                return lacking ?? PlainFormat.Refuse(call.Table.FullName, fault.Version, fault.Reason);
            page = page with { Plain = true };
            if (await plain.PrepareAsync(scan.Value, page, call, cancellationToken) is { } notCopied)
                return await KeptFiles.CheckAsync(table, scan.Value.FirstToGo, page, cancellationToken) ?? notCopied;
            await signer.PrepareAsync(plain.Location, urls.Value.UrlLifetime, cancellationToken);
        }

        var original = plain is null ? scan.Value.FirstToGo : plain.FirstToGo;
        if (page.IsFirst && await KeptFiles.CheckAsync(table, original, page, cancellationToken) is { } gone)
            return gone;

        if (!call.IsHead)
            Telemetry.ChangeFilesHandedOut.Add(scan.Value.FileCount);
        await signer.PrepareAsync(location, urls.Value.UrlLifetime, cancellationToken);
        var context = new FileUrlContext(call.RecipientId, call.Table.ShareName, call.Table.SchemaName, call.Table.TableName).ToText();
        var withProtocol = call.Range.IncludeHistoricalProtocol && isDelta;
        var lines = new ChangeLines(table, format, call.IdHash ?? (isDelta ? FileIdHash.Delta : FileIdHash.Parquet), () => Urls(location, table.Store.Root))
        {
            Plain = plain,
            CopyUrls = plain is null ? null : () => Urls(plain.Location, plain.Location.Uri),
            WithMetadata = withMetadata,
            WithProtocol = withProtocol,
            MaxFiles = call.Pages.MaxFiles,
        };
        var headProtocol = withProtocol ? first : newest;
        return new TableAnswer
        {
            TableVersion = page.Start,
            Format = format,
            Protocol = TableLines.Protocol(format, RecipientProtocol.Of(headProtocol.Protocol, headProtocol.Metadata), withProtocol ? page.Start : null),
            Metadata = TableLines.Metadata(format, plain?.Metadata ?? head.Metadata, withMetadata ? page.Start : null),
            Body = WriteOfOneTableAsync,
            Explain = exception => ChangeFailures.Handles(exception) ? ChangeFailures.ToRefusal(exception, call.Table) : null,
            EndStream =
                call.Capabilities.IncludeEndStreamAction || call.Pages.AreAskedFor
                    ? () =>
                        new EndStreamLine
                        {
                            NextPageToken = lines.Next is { } next ? ChangePages.Issue(continuations, call, next, newest.Metadata.Id) : null,
                            MinUrlExpirationTimestamp = lines.FirstExpiry?.ToUnixTimeMilliseconds(),
                        }
                    : null,
            EchoEndStream = call.Capabilities.IncludeEndStreamAction,
            EchoFileIdHash = call.IdHash,
            FileCount = scan.Value.FileCount,
            ByteCount = scan.Value.ByteCount,
        };

        // The first lines were made before, and what is not in memory is read only now: all must be of one table, before anything is told and after.
        async ValueTask WriteOfOneTableAsync(AnswerWriter writer, CancellationToken token)
        {
            await newest.RequireSameTableAsync(cache, table, token);
            await lines.WriteAsync(writer, scan.Value.ChangesAsync(token), scan.Value.Start, page, token);
            await newest.RequireSameTableAsync(cache, table, token);
        }

        AnswerUrls Urls(StorageLocation folder, Uri root) => new(signer, folder, root, urls.Value.UrlLifetime, call.RequestId, context, time);
    }

    // The version that was the latest when the first page was read. Versions never become fewer: where it is not there, or of another table, the one that the
    // token is of was made anew, or that version is no longer kept.
    private async Task<Checked<TableHeader>> ReadLatestAsync(DeltaTable table, ChangesCursor page, TableCursor? token, CancellationToken cancellationToken)
    {
        try
        {
            var latest = await TableHeader.ReadAsync(cache, table, page.Latest, cancellationToken);
            return token?.Check(latest.Metadata.Id, ContinuationKind.Query) is { } remade ? remade : latest;
        }
        catch (DeltaLogException exception) when (token is not null && exception.Error is (DeltaLogError.VersionNotFound or DeltaLogError.MissingCommits))
        {
            return new Continuation.Expired().ToRefusal(ContinuationKind.Query) with { OperatorMessage = exception.Message };
        }
    }

    // What the table needs now counts as well as what it needed then, and in between: any of it may be in the range.
    private static Checked<ResponseFormats> ChooseFormat(ChangeCall call, TableHeader first, TableHeader newest, ChangeScan scan)
    {
        RecipientProtocol[] needed =
        [
            RecipientProtocol.Of(first.Protocol, first.Metadata),
            .. scan.Needed,
            RecipientProtocol.Of(newest.Protocol, newest.Metadata),
        ];
        var format = needed.Any(item => item.Choose(call.Capabilities) == ResponseFormats.Delta) ? ResponseFormats.Delta : ResponseFormats.Parquet;
        var unknown =
            format == ResponseFormats.Delta
                ? needed.Select(item => item.FindUnknown(call.Capabilities, call.Table.FullName)).FirstOrDefault(fault => fault is not null)
                : null;
        return unknown is null ? format : unknown;
    }

    private static PlainFault? PlainFaultOf(TableHeader header) =>
        PlainFormat.FindFault(header.Metadata) is { } reason ? new PlainFault(header.Version, reason) : null;

    // A page goes on as the first one began, whatever it holds itself.
    private static PlainFault? PlainFaultOf(ChangesCursor page) =>
        page.Plain ? new PlainFault(page.Version, "its files are written again for that format, which is no longer allowed") : null;

    // The whole range, from its beginning.
    private static async Task<Checked<ChangesCursor>> ResolveAsync(DeltaTable table, ChangeCall call, CancellationToken cancellationToken)
    {
        var range = call.Range;
        var latest = await table.LatestVersionAsync(cancellationToken);
        long start;
        if (range.StartingTime is { } startingTime)
        {
            if (await table.VersionAtOrAfterAsync(startingTime, cancellationToken: cancellationToken) is not { } found)
                return ProtocolRefusals.Invalid($"startingTimestamp {WireTimestamp.Format(startingTime)} is after the latest available version, {latest}.");
            start = found;
        }
        else
        {
            start = range.StartingVersion!.Value;
        }

        if (range.EndingTime is not { } endingTime)
            return new ChangesCursor(start, range.EndingVersion ?? Math.Max(start, latest), latest, start, 0);
        if (await table.VersionAtOrBeforeAsync(endingTime, cancellationToken: cancellationToken) is { } end)
            return new ChangesCursor(start, end, latest, start, 0);
        var earliest = Math.Max(await table.EarliestChangesVersionAsync(cancellationToken), call.Rules.StartVersion);
        return ProtocolRefusals.Invalid(
            $"The endingTimestamp {WireTimestamp.Format(endingTime)} is before the earliest available version {earliest} of {call.Table.FullName}."
        );
    }
}
