using Microsoft.Extensions.Options;
using Tideway.DeltaLog.Snapshots;
using Tideway.DeltaSharing.Protocol;
using Tideway.DeltaSharing.Protocol.Lines;
using Tideway.DeltaSharing.Server.Answers;
using Tideway.DeltaSharing.Server.Exchange;
using Tideway.DeltaSharing.Server.Paging;
using Tideway.DeltaSharing.Server.Parameters;
using Tideway.DeltaSharing.Server.Serving;
using Tideway.ObjectStorage.Signing;

namespace Tideway.ShareRegistry.TableQuery;

/// <summary>
/// Answers queries: the files of a snapshot, or the files that commits added and removed since a version. Predicate hints are only hints and
/// are not used.
/// </summary>
internal sealed class TableQueryAnswers(TableReader reader, IUrlSigner signer, ContinuationTokens continuations, IOptions<FileUrlOptions> options)
{
    public async Task<IResult> AnswerAsync(TableCall call, QueryRequest query, ProtocolExchange exchange, CancellationToken cancellationToken)
    {
        var selection = TableSelections.OfQuery(query, call.Rules);
        if (selection.IsRefused(out var refusal))
            return refusal;
        if (ParquetFormat.Check(call.Capabilities) is { } otherFormat)
            return otherFormat;
        var tokens = new QueryTokens(continuations, exchange.Recipient.Id, call.Table.TableId, query);
        var (page, refresh) = (tokens.ReadPage(), tokens.ReadRefresh());
        if (page.IsRefused(out refusal) || refresh.IsRefused(out refusal))
            return refusal;

        var table = await reader.OpenAsync(call, cancellationToken);
        await signer.PrepareAsync(table.Location, options.Value.UrlLifetime, cancellationToken);
        var context = new FileUrlContext(exchange.Recipient.Id, call.Table.ShareName, call.Table.SchemaName, call.Table.TableName).ToText();
        var files = new FileSigner(signer, table, options.Value.UrlLifetime, call.FileIdHash ?? FileIdHash.Parquet, exchange.RequestId, context);
        if (selection.Value is TableSelection.Since since)
            return await ChangedFilesAnswer.MakeAsync(call, table, since, query, page.Value, tokens, files, cancellationToken);

        // A page or a refreshed answer stays with the version that the first one was made from.
        var cursor = page.Value is null ? (SnapshotCursor?)null : SnapshotCursor.Parse(page.Value);
        var pinnedVersion = cursor?.Version ?? refresh.Value;
        var selected = pinnedVersion is { } version
            ? await reader.LoadAsync(table, version, cancellationToken)
            : await reader.SelectAsync(call, table, selection.Value, cancellationToken);
        if (selected.IsRefused(out refusal))
            return refusal;
        return ParquetFormat.Check(selected.Value, call.Table) is { } unexpressible
            ? unexpressible
            : Answer(call, query, selected.Value, selection.Value is not TableSelection.Latest, cursor, tokens, files);
    }

    private TableAnswer Answer(TableCall call, QueryRequest query, Snapshot snapshot, bool pinned, SnapshotCursor? cursor, QueryTokens tokens, FileSigner files)
    {
        // Less than none is no hint.
        var limit = query.LimitHint >= 0 ? query.LimitHint : null;
        var page = FilePage.Of(snapshot, cursor?.Skip ?? 0, cursor?.Rows ?? 0, query.MaxFiles, limit);
        var lines = snapshot.FilesFrom(page.Skip).Take(page.Count).Select(file => files.Sign(file, pinned ? snapshot : null).ToFileLine());
        // Clients break on a last line that they did not ask for.
        var wantsEnd = call.Capabilities.IncludeEndStreamAction || query.IncludeRefreshToken || query.MaxFiles is not null || query.PageToken is not null;
        return new TableAnswer
        {
            TableVersion = snapshot.Version,
            Protocol = TableLines.Protocol,
            Metadata = TableLines.Of(snapshot, pinned),
            Lines = lines.ToAsyncEnumerable(),
            Explain = exception => TableFailures.Explain(exception, call.Table),
            EchoEndStream = call.Capabilities.IncludeEndStreamAction,
            EchoFileIdHash = call.FileIdHash,
            FileCount = page.Count,
            ByteCount = page.Bytes,
            EndStream = wantsEnd
                ? () =>
                    new EndStreamLine
                    {
                        RefreshToken = query.IncludeRefreshToken ? tokens.Refresh(snapshot.Version, options.Value.UrlLifetime) : null,
                        NextPageToken = page.HasMore ? tokens.NextPage(new SnapshotCursor(snapshot.Version, page.Skip + page.Count, page.Rows).ToText()) : null,
                        MinUrlExpirationTimestamp = files.FirstExpiry?.ToUnixTimeMilliseconds(),
                    }
                : null,
        };
    }
}
