using System.Runtime.CompilerServices;
using Tideway.DeltaSharing.Client;
using Tideway.DeltaSharing.Client.Downloads;
using Tideway.DeltaSharing.Protocol;
using Tideway.DeltaSharing.Protocol.Lines;
using Tideway.InboundSync.Syncs;

namespace Tideway.InboundSync.Runs;

/// <summary>The remote table of a sync; notes the request ids of the exchange, under which the provider recorded it.</summary>
public sealed class RemoteTable(DeltaSharingClient client, FileDownloader downloader, Sync sync, RunProgress progress)
{
    private readonly SharedTableName name = new(sync.Share, sync.SchemaName, sync.TableName);

    /// <summary>The newest version.</summary>
    public async Task<long> LatestVersionAsync(CancellationToken cancellationToken)
    {
        var answer = await client.GetTableVersionAsync(name, cancellationToken: cancellationToken);
        progress.Answered(answer.RequestId);
        return answer.Version;
    }

    /// <summary>The files of the newest version.</summary>
    public Task<TableStream> SnapshotAsync(CancellationToken cancellationToken) => NoteAsync(client.QueryTableAsync(name, new QueryRequest(), cancellationToken));

    /// <summary>The files that each version added and removed, after a line with the table's metadata.</summary>
    public async IAsyncEnumerable<SharingLine> VersionsAsync(long from, long to, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var answer = await NoteAsync(client.QueryTableAsync(name, new QueryRequest { StartingVersion = from, EndingVersion = to }, cancellationToken));
        yield return answer.Metadata;
        await foreach (var line in answer.ReadAsync(cancellationToken))
            yield return line;
    }

    /// <summary>The files that hold the row changes of each version.</summary>
    public Task<TableStream> ChangesAsync(long from, long to, CancellationToken cancellationToken) =>
        NoteAsync(client.GetChangesAsync(name, new ChangesRequest { StartingVersion = from, EndingVersion = to, IncludeHistoricalMetadata = true }, cancellationToken));

    /// <summary>Brings a file here, unless it is here already: a file has its final name only when it is whole.</summary>
    public async Task DownloadAsync(DataFileLine line, string path, CancellationToken cancellationToken)
    {
        progress.Expect(line.Size);
        var here = new FileInfo(path);
        if (here.Exists && here.Length == line.Size)
        {
            progress.Received(line.Size);
        }
        else
        {
            Directory.CreateDirectory(here.DirectoryName!);
            await downloader.DownloadAsync(new Uri(line.Url), path, line.Size, new Counter(progress), cancellationToken);
        }

        progress.FileDone();
    }

    private async Task<TableStream> NoteAsync(Task<TableStream> asking)
    {
        var answer = await asking;
        progress.Answered(answer.RequestId);
        return answer;
    }

    /// <summary>Turns how much of a file is there into how much came since.</summary>
    private sealed class Counter(RunProgress progress) : IProgress<long>
    {
        private long counted;

        public void Report(long value)
        {
            progress.Received(value - counted);
            counted = value;
        }
    }
}
