using Microsoft.Extensions.Options;
using Tideway.CdfPublisher.Tables;
using Tideway.DeltaLog;
using Tideway.DeltaLog.Snapshots;
using Tideway.DeltaSharing.Protocol;
using Tideway.DeltaSharing.Protocol.Lines;
using Tideway.DeltaSharing.Server.Answers;
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
        var latest = await table.LatestVersionAsync(cancellationToken);
        var resolved = await ResolveAsync(table, call.Range, latest, cancellationToken);
        if (resolved.IsRefused(out var refusal))
            return refusal;
        var (start, end) = resolved.Value;
        if (ChangeRange.Check(start, end, latest, call.Rules) is { } outside)
            return outside;

        var newest = await TableHeader.ReadAsync(cache, table, latest, cancellationToken);
        var scan = await ChangeScan.ReadAsync(table, cache, start, end, cancellationToken);
        if (scan.IsRefused(out refusal))
            return refusal;
        var (withMetadata, first) = (call.Range.IncludeHistoricalMetadata, scan.Value.Start);
        var format = ChooseFormat(call, first, newest);
        if (format.IsRefused(out refusal))
            return refusal;
        var isDelta = format.Value == ResponseFormats.Delta;
        var head = withMetadata ? first : newest;
        PlainChanges? plain = null;
        if (!isDelta && (scan.Value.CopyFault ?? scan.Value.PlainFault ?? PlainFaultOf(newest)) is { } fault)
        {
            if (scan.Value.CopyFault is null && !call.Table.PlainCopiesRefused)
                plain = PlainChanges.Find(copies, new PlainTable(call.Table.FullName, location, table), head, withMetadata);
            if (plain is null)
                return PlainFormat.Refuse(call.Table.FullName, fault.Version, fault.Reason);
            if (await plain.PrepareAsync(scan.Value, cancellationToken) is { } notCopied)
                return notCopied;
            await signer.PrepareAsync(plain.Location, urls.Value.UrlLifetime, cancellationToken);
        }

        Telemetry.ChangeFilesHandedOut.Add(scan.Value.FileCount);
        await signer.PrepareAsync(location, urls.Value.UrlLifetime, cancellationToken);
        var context = new FileUrlContext(call.RecipientId, call.Table.ShareName, call.Table.SchemaName, call.Table.TableName).ToText();
        var withProtocol = call.Range.IncludeHistoricalProtocol && isDelta;
        var lines = new ChangeLines(
            table,
            format.Value,
            call.IdHash ?? (isDelta ? FileIdHash.Delta : FileIdHash.Parquet),
            () => Urls(location, table.Store.Root)
        )
        {
            Plain = plain,
            CopyUrls = plain is null ? null : () => Urls(plain.Location, plain.Location.Uri),
            WithMetadata = withMetadata,
            WithProtocol = withProtocol,
        };
        var headProtocol = withProtocol ? first : newest;
        return new TableAnswer
        {
            TableVersion = start,
            Format = format.Value,
            Protocol = TableLines.Protocol(format.Value, RecipientProtocol.Of(headProtocol.Protocol, headProtocol.Metadata), withProtocol ? start : null),
            Metadata = TableLines.Metadata(format.Value, plain?.Metadata ?? head.Metadata, withMetadata ? start : null),
            Body = (writer, token) => lines.WriteAsync(writer, scan.Value.ChangesAsync(token), first, token),
            Explain = exception => ChangeFailures.Handles(exception) ? ChangeFailures.ToRefusal(exception, call.Table) : null,
            EndStream = call.Capabilities.IncludeEndStreamAction
                ? () => new EndStreamLine { MinUrlExpirationTimestamp = lines.FirstExpiry?.ToUnixTimeMilliseconds() }
                : null,
            EchoEndStream = call.Capabilities.IncludeEndStreamAction,
            EchoFileIdHash = call.IdHash,
            FileCount = scan.Value.FileCount,
            ByteCount = scan.Value.ByteCount,
        };

        AnswerUrls Urls(StorageLocation folder, Uri root) => new(signer, folder, root, urls.Value.UrlLifetime, call.RequestId, context, time);
    }

    // What the table needs now counts as well as what it needed then: either may be in the range.
    private static Checked<ResponseFormats> ChooseFormat(ChangeCall call, TableHeader first, TableHeader newest)
    {
        RecipientProtocol[] needed = [RecipientProtocol.Of(first.Protocol, first.Metadata), RecipientProtocol.Of(newest.Protocol, newest.Metadata)];
        var format = needed.Any(item => item.Choose(call.Capabilities) == ResponseFormats.Delta) ? ResponseFormats.Delta : ResponseFormats.Parquet;
        var unknown =
            format == ResponseFormats.Delta
                ? needed.Select(item => item.FindUnknown(call.Capabilities, call.Table.FullName)).FirstOrDefault(fault => fault is not null)
                : null;
        return unknown is null ? format : unknown;
    }

    private static PlainFault? PlainFaultOf(TableHeader header) =>
        PlainFormat.FindFault(header.Metadata) is { } reason ? new PlainFault(header.Version, reason) : null;

    private static async Task<Checked<(long Start, long End)>> ResolveAsync(
        DeltaTable table,
        ChangeRange range,
        long latest,
        CancellationToken cancellationToken
    )
    {
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
            return (start, range.EndingVersion ?? Math.Max(start, latest));
        return await table.VersionAtOrBeforeAsync(endingTime, cancellationToken: cancellationToken) is { } end
            ? (start, end)
            : ProtocolRefusals.Invalid($"endingTimestamp {WireTimestamp.Format(endingTime)} is before the earliest available version.");
    }
}
