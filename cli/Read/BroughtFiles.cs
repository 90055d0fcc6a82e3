using System.Collections.Concurrent;
using Tideway.Cli.Output;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.DeletionVectors;
using Tideway.DeltaSharing.Client;
using Tideway.DeltaSharing.Client.Downloads;
using Tideway.DeltaSharing.Tables;

namespace Tideway.Cli.Read;

/// <summary>The files of an answer, brought into a folder. Addresses that end on the way are asked for again.</summary>
internal sealed class BroughtFiles(string folder, FileDownloader downloader, RangeReader ranges, TextWriter progress, TimeProvider time)
{
    private const int AtOnce = 6;

    private static readonly TimeSpan ProgressInterval = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, string> paths = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, DeletionVectorDescriptor> vectors = new(StringComparer.Ordinal);
    private long bytes;
    private int files;
    private long told;

    /// <summary>Where a file is now.</summary>
    public string PathOf(string id) => paths[id];

    /// <summary>The action with its deletion vector in the folder.</summary>
    public DeltaAction Local(SharedFile file) =>
        file.Vector is null
            ? file.Action
            : file.Action switch
            {
                AddFile add => add with { DeletionVector = Local(file.Vector) },
                RemoveFile remove => remove with { DeletionVector = Local(file.Vector) },
                var other => other,
            };

    /// <summary>Brings the files of an answer here. <paramref name="renew"/> asks the server for the same files with fresh addresses.</summary>
    public async Task BringAsync(SharedAnswer answer, Func<CancellationToken, Task<SharedAnswer>> renew, CancellationToken cancellationToken)
    {
        var wanted = answer.Files;
        var renewedAt = answer.Version;
        // What is not told of a file that went may be told of the same one that came.
        var total = wanted.Where(file => file.IsSizeKnown).Concat(wanted.Where(file => !file.IsSizeKnown)).DistinctBy(file => file.Id).ToList();
        var size = total.Sum(file => file.Size);
        told = time.GetTimestamp();
        using var urls = new RenewedUrls(RenewAsync, time: time);
        var options = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(
            total,
            options,
            async (file, token) =>
            {
                var path = Path.Combine(folder, $"{Guid.CreateVersion7():N}.parquet");
                await downloader.DownloadAsync(urls.Of(file.Id, file.Url), path, file.IsSizeKnown ? file.Size : null, null, token);
                paths[file.Id] = path;
                Tell(Interlocked.Add(ref bytes, file.Size), Interlocked.Increment(ref files), size, total.Count);
            }
        );
        // The address of a file of vectors ends with that of any data file it came with.
        var addresses = new Dictionary<string, FileUrl>(StringComparer.Ordinal);
        foreach (var file in wanted)
        {
            if (file.Vector is { Url: not null } vector)
                addresses.TryAdd(vector.AddressKey, vector.UrlOf(file));
        }

        await Parallel.ForEachAsync(
            VectorSpan.Of(wanted.Select(file => file.Vector).OfType<SharedVector>()),
            options,
            async (span, token) =>
            {
                try
                {
                    await BringVectorsAsync(span, urls.Of(span.AddressKey, addresses[span.AddressKey]), token);
                }
                catch (DeltaSharingException exception) when (exception.Error == DeltaSharingError.NotFound && renewedAt != answer.Version)
                {
                    throw new DeltaSharingException(
                        DeltaSharingError.UrlExpired,
                        $"The table went on from version {answer.Version} to {renewedAt} before its deletion vectors were here, and the server has no address of one that is of the first for certain. Read it again.",
                        exception
                    )
                    {
                        RequestId = exception.RequestId,
                    };
                }
            }
        );

        async Task<IReadOnlyDictionary<string, FileUrl>> RenewAsync(CancellationToken token)
        {
            var renewed = await renew(token);
            renewedAt = renewed.Version;
            return UrlsOf(renewed.Files, isSameVersion: renewed.Version == answer.Version);
        }
    }

    private DeletionVectorDescriptor Local(SharedVector vector) => vector.Url is null ? vector.Descriptor : vectors[vector.Identity];

    private async Task BringVectorsAsync(VectorSpan span, Func<CancellationToken, Task<Uri>> findUrl, CancellationToken cancellationToken)
    {
        var read = await span.ReadAsync(ranges, findUrl, cancellationToken);
        foreach (var vector in span.Vectors)
        {
            var id = Guid.CreateVersion7();
            await File.WriteAllBytesAsync(Path.Combine(folder, SingleVectorFile.NameOf(id)), span.ContentOf(vector, read), cancellationToken);
            vectors[vector.Identity] = SingleVectorFile.Describe(vector.Descriptor, id);
        }
    }

    private static Dictionary<string, FileUrl> UrlsOf(IReadOnlyList<SharedFile> files, bool isSameVersion)
    {
        var urls = new Dictionary<string, FileUrl>(StringComparer.Ordinal);
        foreach (var (key, url) in files.SelectMany(file => file.AddressesAgain(isSameVersion)))
            urls[key] = url;
        return urls;
    }

    private void Tell(long done, int count, long size, int total)
    {
        var last = Interlocked.Read(ref told);
        if (count < total && time.GetElapsedTime(last) < ProgressInterval)
            return;
        if (Interlocked.CompareExchange(ref told, time.GetTimestamp(), last) == last)
            progress.WriteLine($"{count}/{total} files, {BytesText.Of(done)} of {BytesText.Of(size)}");
    }
}
