using System.Diagnostics.CodeAnalysis;
using Tideway.DeltaLog.Snapshots;
using Tideway.DeltaSharing.Protocol;
using Tideway.DeltaSharing.Protocol.Lines;
using Tideway.DeltaSharing.Server.Answers;
using Tideway.DeltaSharing.Server.PlainCopies;
using Tideway.DeltaSharing.Server.Tables;
using Tideway.ShareRegistry.Tables;

namespace Tideway.ShareRegistry.TableQuery;

/// <summary>Answers a query with the files of one version: all, those that its hints leave, or a page of them.</summary>
[SuppressMessage("Reliability", "CA2000", Justification = "What writes the files goes with the answer's body.")]
internal sealed class SnapshotAnswer(TableCall call, QueryRequest query, ServedTable table, Snapshot snapshot, AnswerShape shape, QueryTokens tokens)
{
    private DateTimeOffset? firstExpiry;

    /// <summary>Whether a version was asked for.</summary>
    public required bool IsPinned { get; init; }

    /// <summary>Which files the answer holds.</summary>
    public required FilePage Page { get; init; }

    public required AnswerFiles Files { get; init; }

    public required SignedLines Signed { get; init; }

    public required EncodedSnapshots Encoded { get; init; }

    private CommitMark? Mark => IsPinned ? new CommitMark(snapshot.Version, snapshot.Timestamp.ToUnixTimeMilliseconds()) : null;

    private SignedLines.Key Key => new(VersionIdentity.Of(snapshot), call.RecipientId, call.Table.TableId, shape, IsPinned);

    /// <summary>The answer; with the copies of files that its client cannot read as they are.</summary>
    public TableAnswer Make(PlainView? plain = null, CopiedFiles? copies = null)
    {
        var isWhole = Page.Count == snapshot.FileCount && plain is null;
        // The same files for the same recipient: lines that were signed a moment ago are as good as new ones.
        var found = isWhole ? Signed.Find(Key) : null;
        var kept = found?.Kept ?? (isWhole && Signed.IsOn && Signed.Keeps(snapshot.FileCount) ? Signed.Begin(Key) : null);
        firstExpiry = found?.FirstExpiry;
        return new TableAnswer
        {
            TableVersion = snapshot.Version,
            Format = shape.Format,
            Protocol = TableLines.Protocol(shape.Format, RecipientProtocol.Of(snapshot.Protocol, snapshot.Metadata)),
            Metadata = TableLines.Metadata(shape.Format, snapshot, IsPinned, plain?.Metadata, call.Access),
            Body =
                plain is not null ? (writer, token) => WriteCopiesAsync(writer, plain, copies!, token)
                : found is not null ? (writer, token) => writer.WriteLinesAsync(found.Kept.Lines, token)
                : kept is not null ? (writer, token) => WriteAndKeepAsync(writer, kept, token)
                : WriteAsync,
            BodyLength = found?.Kept.Lines.Length,
            Kept = kept,
            SignedIn = found?.RequestId,
            Explain = exception => TableFailures.Explain(exception, call.Table),
            EchoEndStream = call.Capabilities.IncludeEndStreamAction,
            EchoFileIdHash = call.FileIdHash,
            FileCount = Page.Count,
            ByteCount = Page.Bytes,
            EndStream = call.WantsEnd(query) ? End : null,
        };
    }

    private EndStreamLine End() =>
        new()
        {
            RefreshToken = query.IncludeRefreshToken ? tokens.Refresh(snapshot.Version, Files.UrlLifetime) : null,
            NextPageToken = Page.HasMore ? tokens.NextPage(new SnapshotCursor(snapshot.Version, Page.Skip + Page.Count, Page.Rows).ToText()) : null,
            MinUrlExpirationTimestamp = firstExpiry?.ToUnixTimeMilliseconds(),
        };

    private async ValueTask WriteAndKeepAsync(AnswerWriter writer, KeptLines kept, CancellationToken cancellationToken)
    {
        var lines = new GatheredBytes(kept.MostBytes);
        using (
            var both = new AnswerWriter(
                async (portion, token) =>
                {
                    lines.Add(portion.Span);
                    await writer.WriteLinesAsync(portion, token);
                }
            )
        )
        {
            await WriteAsync(both, cancellationToken);
            await both.FlushAsync(cancellationToken);
        }

        if (firstExpiry is not { } expiry || lines.Take() is not { } made)
            return;
        kept.Lines = made;
        Signed.Keep(Key, call.RequestId, kept, expiry);
    }

    private async ValueTask WriteAsync(AnswerWriter writer, CancellationToken cancellationToken)
    {
        var urls = Files.Urls(call, table);
        using var lines = new FileLineWriter(shape.Format, shape.IdHash, urls);
        // What is encoded was looked at, all of it.
        if (Page.Count == snapshot.FileCount && Signed.Keeps(snapshot.FileCount) && FindEncoded(lines) is { } encoded)
        {
            for (var index = 0; index < encoded.Count; index++)
            {
                lines.WriteFile(writer, encoded, index);
                await writer.EndLineAsync(cancellationToken);
            }
        }
        else
        {
            RequireInside();
            foreach (var file in Page.Read(snapshot, cancellationToken))
            {
                lines.WriteFile(writer, file, Mark);
                await writer.EndLineAsync(cancellationToken);
            }
        }

        firstExpiry = urls.FirstExpiry;
    }

    // Those of a page were looked at when they were chosen.
    private void RequireInside()
    {
        if (Page.Count == snapshot.FileCount)
            FilesInside.Require(snapshot);
    }

    private EncodedFiles? FindEncoded(FileLineWriter lines) =>
        Encoded.Get(new EncodedSnapshots.Key(VersionIdentity.Of(snapshot), shape, IsPinned), maxBytes => lines.Encode(snapshot.Files, Mark, maxBytes));

    private async ValueTask WriteCopiesAsync(AnswerWriter writer, PlainView plain, CopiedFiles copies, CancellationToken cancellationToken)
    {
        RequireInside();
        var (urls, copyUrls) = (Files.Urls(call, table), Files.Urls(call, copies.Location));
        using var lines = new FileLineWriter(shape.Format, shape.IdHash, urls);
        using var copyLines = new FileLineWriter(shape.Format, shape.IdHash, copyUrls);
        var shared = table.ToPlain(call.Table);
        foreach (var file in Page.Read(snapshot, cancellationToken))
        {
            if (plain.NeedsCopy(file))
                copyLines.WriteFile(writer, await copies.DescribeAsync(shared, plain, file, cancellationToken), Mark);
            else
                lines.WriteFile(writer, file, Mark);
            await writer.EndLineAsync(cancellationToken);
        }

        firstExpiry = urls.FirstExpiry is { } first && !(copyUrls.FirstExpiry < first) ? first : copyUrls.FirstExpiry;
    }
}
