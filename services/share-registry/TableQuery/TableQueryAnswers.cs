using Tideway.DeltaLog.Snapshots;
using Tideway.DeltaSharing.Protocol;
using Tideway.DeltaSharing.Server.Answers;
using Tideway.DeltaSharing.Server.Paging;
using Tideway.DeltaSharing.Server.Parameters;
using Tideway.DeltaSharing.Server.PlainCopies;
using Tideway.DeltaSharing.Server.Tables;
using Tideway.ShareRegistry.Tables;

namespace Tideway.ShareRegistry.TableQuery;

/// <summary>Answers metadata calls and queries: the files of a snapshot, or the files that commits added and removed since a version.</summary>
internal sealed class TableQueryAnswers(
    TableReader reader,
    ContinuationTokens continuations,
    AnswerFiles files,
    SignedLines signed,
    EncodedSnapshots encoded,
    CopiedFiles copies
)
{
    public async Task<IResult> DescribeAsync(TableCall call, TableSelection selection, CancellationToken cancellationToken)
    {
        var table = await reader.OpenAsync(call, cancellationToken);
        var selected = await reader.SelectAsync(call, table, selection, cancellationToken);
        if (selected.IsRefused(out var refusal))
            return refusal;
        var snapshot = selected.Value;
        var agreed = Agree(call, table, snapshot);
        if (agreed.IsRefused(out refusal))
            return refusal;
        var (shape, plain) = agreed.Value;
        return new TableAnswer
        {
            TableVersion = snapshot.Version,
            Format = shape.Format,
            Protocol = TableLines.Protocol(shape.Format, RecipientProtocol.Of(snapshot.Protocol, snapshot.Metadata)),
            Metadata = TableLines.Metadata(shape.Format, snapshot, selection is not TableSelection.Latest, plain?.Metadata, call.Access),
            EchoFileIdHash = call.FileIdHash,
        };
    }

    /// <summary>Answers a query.</summary>
    public async Task<IResult> AnswerAsync(TableCall call, QueryRequest query, CancellationToken cancellationToken)
    {
        var prepared = await PrepareAsync(call, query, cancellationToken);
        return prepared.Make(call);
    }

    /// <summary>
    /// Does what comes before the first line of an answer, for calls like this one; of the version <paramref name="pinned"/> where an earlier call settled which
    /// version is the latest.
    /// </summary>
    public async Task<PreparedAnswer> PrepareAsync(TableCall call, QueryRequest query, CancellationToken cancellationToken, long? pinned = null)
    {
        var selection = TableSelections.OfQuery(query, call.Rules);
        if (selection.IsRefused(out var refusal))
            return refusal;
        var tokens = new QueryTokens(continuations, call, query);
        var (page, refresh) = (tokens.ReadPage(), tokens.ReadRefresh());
        if (page.IsRefused(out refusal) || refresh.IsRefused(out refusal))
            return refusal;

        var table = await reader.OpenAsync(call, cancellationToken);
        await files.PrepareAsync(table, cancellationToken);
        if (selection.Value is TableSelection.Since since)
            return await ChangedFilesAnswer.PrepareAsync(call, table, since, query, page.Value, tokens, files, copies, cancellationToken);

        // A page or a refreshed answer stays with the version that the first one was made from.
        var cursor = page.Value is null ? (SnapshotCursor?)null : SnapshotCursor.Parse(page.Value);
        var settled = cursor?.Version ?? refresh.Value ?? pinned;
        if (settled is { } needed && tokens.CheckReach(needed, table.Latest.Version) is { } outOfReach)
            return outOfReach;
        // What is shared may have become less since.
        if (settled is { } old && TableSelections.CheckStart(old, call.Rules) is { } noLonger)
            return noLonger;
        var selected = settled is { } version
            ? await reader.LoadAsync(table, version, cancellationToken)
            : await reader.SelectAsync(call, table, selection.Value, cancellationToken);
        if (selected.IsRefused(out refusal))
            return refusal;
        var snapshot = selected.Value;
        if (tokens.Bind(snapshot.Metadata.Id) is { } remade)
            return remade;
        var agreed = Agree(call, table, snapshot);
        if (agreed.IsRefused(out refusal))
            return refusal;
        var (shape, plain) = agreed.Value;
        // Here, where others wait for it, and once for all who ask.
        var chosen = FilePage.Of(snapshot, query, cursor, cancellationToken);
        if (plain is not null)
        {
            await files.PrepareAsync(copies.Location, cancellationToken);
            var items = chosen.Read(snapshot, cancellationToken).Where(plain.NeedsCopy).Select(file => new PlainItem(plain, PlainFile.Of(file)));
            if (await copies.EnsureAsync(table.ToPlain(call.Table), items.ToAsyncEnumerable(), cancellationToken) is { } noRoom)
                return noRoom;
        }

        return new PreparedAnswer(asking => For(asking).Make(plain, copies), table);

        SnapshotAnswer For(TableCall asking) =>
            new(asking, query, table, snapshot, shape, tokens)
            {
                IsPinned = selection.Value is not TableSelection.Latest,
                Page = chosen,
                Files = files,
                Signed = signed,
                Encoded = encoded,
            };
    }

    // The form of the answer, and the version as a client sees it that must have its rows written again.
    private Checked<(AnswerShape Shape, PlainView? Plain)> Agree(TableCall call, ServedTable table, Snapshot snapshot)
    {
        var chosen = AnswerShape.Choose(call, snapshot.Protocol, snapshot.Metadata);
        // Who takes both formats and does not know all that the delta format needs is as one who takes only the other.
        var other = chosen.IsRefused(out var lacking) ? AnswerShape.FindOther(call) : chosen.Value;
        if (other is not { } shape)
            return lacking!;
        PlainView? plain = null;
        if (!shape.IsDelta && PlainFormat.FindFault(snapshot) is { } fault && (plain = Find(call, table, snapshot)) is null)
            return lacking ?? PlainFormat.Refuse(call.Table.FullName, snapshot.Version, fault);
        return (shape, plain);
    }

    // What an owner allows is asked for each call, what there is to copy once for each version.
    private PlainView? Find(TableCall call, ServedTable table, Snapshot snapshot) =>
        call.Table.PlainCopies ? copies.Find(table.ToPlain(call.Table), snapshot) : null;
}
