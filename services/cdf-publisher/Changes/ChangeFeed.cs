using Microsoft.Extensions.Options;
using Tideway.CdfPublisher.Shares;
using Tideway.CdfPublisher.Tables;
using Tideway.DeltaLog;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Snapshots;
using Tideway.DeltaSharing.Protocol;
using Tideway.DeltaSharing.Protocol.Lines;
using Tideway.DeltaSharing.Server.Answers;
using Tideway.DeltaSharing.Server.Parameters;
using Tideway.DeltaSharing.Server.Serving;
using Tideway.ObjectStorage.Signing;

namespace Tideway.CdfPublisher.Changes;

/// <summary>Answers for row changes of published tables, in the parquet format.</summary>
internal sealed class ChangeFeed(TableOpener tables, SnapshotCache cache, IUrlSigner signer, IOptions<FileUrlOptions> urls)
{
    /// <summary>The answer, its lines not made yet; a refusal where the range cannot be read as a whole.</summary>
    public async Task<IResult> AnswerAsync(
        GrantedTable granted,
        TableRules rules,
        ChangeRange range,
        SharingCapabilities capabilities,
        FileIdHash? idHash,
        string requestId,
        Guid recipientId,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await ReadAsync(granted, rules, range, capabilities, idHash, requestId, recipientId, cancellationToken);
        }
        catch (Exception exception) when (ChangeFailures.Handles(exception))
        {
            return ChangeFailures.ToRefusal(exception, granted);
        }
    }

    private async Task<IResult> ReadAsync(
        GrantedTable granted,
        TableRules rules,
        ChangeRange range,
        SharingCapabilities capabilities,
        FileIdHash? idHash,
        string requestId,
        Guid recipientId,
        CancellationToken cancellationToken
    )
    {
        var (table, location) = tables.Open(granted.StorageLocation);
        var latest = await table.LatestVersionAsync(cancellationToken);
        var resolved = await ResolveAsync(table, range, latest, cancellationToken);
        if (resolved.IsRefused(out var refusal))
            return refusal;
        var (start, end) = resolved.Value;
        if (ChangeRange.Check(start, end, latest, rules) is { } outside)
            return outside;

        var scan = await ChangeScan.ReadAsync(table, cache, start, end, cancellationToken);
        if (scan.IsRefused(out refusal))
            return refusal;
        var head = range.IncludeHistoricalMetadata ? scan.Value.Start : await TableHeader.ReadAsync(cache, table, latest, cancellationToken);
        if (PlainTable.FindFault(head) is { } fault)
            return ProtocolRefusals.Unsupported(fault);

        Telemetry.ChangeFilesHandedOut.Add(scan.Value.FileCount);
        var context = new FileUrlContext(recipientId, granted.ShareName, granted.SchemaName, granted.TableName).ToText();
        await signer.PrepareAsync(location, urls.Value.UrlLifetime, cancellationToken);
        var lines = new ChangeLines(table, location, signer, urls.Value.UrlLifetime, idHash ?? FileIdHash.Parquet, requestId, context);
        return new TableAnswer
        {
            TableVersion = start,
            Protocol = new ProtocolLine { MinReaderVersion = 1 },
            Metadata = MetadataOf(head.Metadata, range.IncludeHistoricalMetadata ? start : null),
            Lines = lines.WriteAsync(scan.Value.ChangesAsync(cancellationToken), start, range.IncludeHistoricalMetadata, cancellationToken),
            EndStream = capabilities.IncludeEndStreamAction ? () => new EndStreamLine { MinUrlExpirationTimestamp = lines.FirstExpiry } : null,
            EchoEndStream = capabilities.IncludeEndStreamAction,
            EchoFileIdHash = idHash,
            FileCount = scan.Value.FileCount,
            ByteCount = scan.Value.ByteCount,
        };
    }

    /// <summary>The metadata line; with a version only where history was asked for.</summary>
    internal static MetadataLine MetadataOf(Metadata metadata, long? version) =>
        new()
        {
            Id = metadata.Id,
            Name = metadata.TableName,
            Description = metadata.Description,
            SchemaString = metadata.SchemaString,
            PartitionColumns = metadata.PartitionColumns,
            // What else an owner notes on a table is not for others.
            Configuration = metadata
                .Configuration.Where(pair => pair.Key.StartsWith("delta.", StringComparison.Ordinal))
                .ToDictionary(pair => pair.Key, pair => pair.Value, StringComparer.Ordinal),
            Version = version,
        };

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
