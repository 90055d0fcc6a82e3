using System.Collections.Concurrent;
using Tideway.Cli.Output;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaSharing.Client;
using Tideway.DeltaSharing.Client.Downloads;

namespace Tideway.Cli.Read;

/// <summary>The files of an answer, brought into a folder. Addresses that end on the way are asked for again.</summary>
internal sealed class BroughtFiles(string folder, FileDownloader downloader, RangeReader ranges, TextWriter progress, TimeProvider time) : IDisposable
{
    private const int AtOnce = 4;

    // Each renewal must be worth it; a server whose addresses never work is not asked for ever.
    private const int MaxRenewals = 1000;

    private static readonly TimeSpan ProgressInterval = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, string> paths = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, DeletionVectorDescriptor> vectors = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim renewing = new(1, 1);
    private Dictionary<string, SharedFile> fresh = new(StringComparer.Ordinal);
    private int renewals;
    private long bytes;
    private int files;
    private long told;

    public void Dispose() => renewing.Dispose();

    /// <summary>Where a file is now.</summary>
    public string PathOf(string id) => paths[id];

    /// <summary>The action with its deletion vector in the folder.</summary>
    public DeltaAction Local(SharedFile file) =>
        file.Vector is null
            ? file.Action
            : file.Action switch
            {
                AddFile add => add with { DeletionVector = vectors[VectorKey(file)] },
                RemoveFile remove => remove with { DeletionVector = vectors[VectorKey(file)] },
                var other => other,
            };

    /// <summary>Brings the files here. <paramref name="renew"/> asks the server for the same files with fresh addresses.</summary>
    public async Task BringAsync(
        IReadOnlyList<SharedFile> wanted,
        Func<CancellationToken, Task<IReadOnlyList<SharedFile>>> renew,
        CancellationToken cancellationToken
    )
    {
        var total = wanted.DistinctBy(file => file.Id).ToList();
        var size = total.Sum(file => file.Size);
        told = time.GetTimestamp();
        var options = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(
            total,
            options,
            async (file, token) =>
            {
                var path = Path.Combine(folder, $"{paths.Count}-{Guid.CreateVersion7():N}.parquet");
                await WithFreshUrlAsync(file, renew, current => downloader.DownloadAsync(current.Url, path, file.Size, null, token), token);
                paths[file.Id] = path;
                Tell(Interlocked.Add(ref bytes, file.Size), Interlocked.Increment(ref files), size, total.Count);
            }
        );
        await Parallel.ForEachAsync(
            wanted.Where(file => file.Vector is not null).DistinctBy(VectorKey),
            options,
            async (file, token) =>
                await WithFreshUrlAsync(file, renew, async current => vectors[VectorKey(file)] = await BringVectorAsync(current.Vector!, token), token)
        );
    }

    private async Task<DeletionVectorDescriptor> BringVectorAsync(SharedVector vector, CancellationToken cancellationToken)
    {
        if (vector.Url is null)
            return vector.Descriptor;
        var (offset, length) = vector.Range;
        var read = await ranges.ReadAsync(vector.Url, offset, length, cancellationToken);
        // A file of its own in the format of such files: the version, then this one vector.
        var path = Path.Combine(folder, $"{Guid.CreateVersion7():N}.bin");
        await using (var file = File.Create(path))
        {
            file.WriteByte(1);
            await file.WriteAsync(read, cancellationToken);
        }

        return vector.Descriptor with
        {
            StorageType = "p",
            PathOrInlineDv = new Uri(path).AbsoluteUri,
            Offset = 1,
        };
    }

    private async Task WithFreshUrlAsync(
        SharedFile file,
        Func<CancellationToken, Task<IReadOnlyList<SharedFile>>> renew,
        Func<SharedFile, Task> use,
        CancellationToken cancellationToken
    )
    {
        while (true)
        {
            var current = fresh.GetValueOrDefault(KeyOf(file), file);
            try
            {
                await use(current);
                return;
            }
            catch (DeltaSharingException exception) when (exception.Error == DeltaSharingError.UrlExpired)
            {
                await renewing.WaitAsync(cancellationToken);
                try
                {
                    // Another file's renewal may have brought an address for this one too.
                    if (fresh.GetValueOrDefault(KeyOf(file), file).Url != current.Url)
                        continue;
                    if (++renewals > MaxRenewals)
                        throw;
                    var answer = await renew(cancellationToken);
                    fresh = answer.GroupBy(KeyOf, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.First(), StringComparer.Ordinal);
                    if (!fresh.TryGetValue(KeyOf(file), out var again) || again.Url == current.Url)
                        throw;
                }
                finally
                {
                    renewing.Release();
                }
            }
        }
    }

    private void Tell(long done, int count, long size, int total)
    {
        var last = Interlocked.Read(ref told);
        if (count < total && time.GetElapsedTime(last) < ProgressInterval)
            return;
        if (Interlocked.CompareExchange(ref told, time.GetTimestamp(), last) == last)
            progress.WriteLine($"{count}/{total} files, {BytesText.Of(done)} of {BytesText.Of(size)}");
    }

    private static string KeyOf(SharedFile file) => $"{file.Id}\n{file.Vector?.FileId}\n{file.Vector?.Descriptor.Offset}";

    private static string VectorKey(SharedFile file) => $"{KeyOf(file)}\n{(file.Vector?.Url is null ? file.Vector?.Descriptor.PathOrInlineDv : null)}";
}
