using System.Collections.Concurrent;
using Tideway.DeltaSharing.Client;
using Tideway.DeltaSharing.Client.Downloads;
using Tideway.DeltaSharing.Tables;

namespace Tideway.InboundSync.Runs;

/// <summary>
/// Fresh addresses for files that are on their way when theirs end, so that a file goes on where it is, however long it takes. Those that were not begun come with the
/// next list, which is asked for as a whole: here only the few that are needed are kept of it.
/// </summary>
/// <param name="askAgain">Asks the provider for the same files once more.</param>
/// <param name="version">The version that the first answer was for.</param>
internal sealed class AddressRenewal(Func<CancellationToken, Task<TableStream>> askAgain, long version) : IDisposable
{
    // How many are on their way by an address: several deletion vectors lie in one file.
    private readonly ConcurrentDictionary<string, int> underWay = new(StringComparer.Ordinal);
    private RenewedUrls? urls;

    /// <summary>Gives the address of a file that is begun now, as <see cref="FileDownloader"/> asks for it.</summary>
    /// <param name="key">What it is asked for again by, the same in every list: see <see cref="SharedFile.Addresses"/>.</param>
    /// <param name="address">The address that came with it.</param>
    /// <param name="hasBegun">Whether any of the file is here, or of what belongs to it.</param>
    public Func<CancellationToken, Task<Uri>> Of(string key, Uri address, Func<bool> hasBegun)
    {
        underWay.AddOrUpdate(key, 1, (_, count) => count + 1);
        var renewed = LazyInitializer.EnsureInitialized(ref urls, () => new RenewedUrls(FindAsync)).Of(key, new FileUrl(address));
        var isFirst = true;
        return async cancellationToken =>
        {
            if (!isFirst && !hasBegun())
                throw new DeltaSharingException(DeltaSharingError.UrlExpired, $"The address of the file {key} is no longer accepted.");
            isFirst = false;
            try
            {
                return await renewed(cancellationToken);
            }
            catch (DeltaSharingException exception) when (exception.Error == DeltaSharingError.NotFound)
            {
                // The table went on without it; the next list tells what there is instead.
                throw new DeltaSharingException(DeltaSharingError.UrlExpired, exception.Message, exception);
            }
        };
    }

    /// <summary>The file has come, or will not.</summary>
    public void End(string key)
    {
        if (underWay.AddOrUpdate(key, 0, (_, count) => count - 1) <= 0)
            underWay.TryRemove(KeyValuePair.Create(key, 0));
    }

    public void Dispose() => urls?.Dispose();

    private async Task<IReadOnlyDictionary<string, FileUrl>> FindAsync(CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, FileUrl>(StringComparer.Ordinal);
        await using var answer = await askAgain(cancellationToken);
        await foreach (var line in answer.ReadAsync(cancellationToken))
        {
            if (SharedFile.Of(line) is not { } file)
                continue;
            foreach (var (key, url) in file.AddressesAgain(answer.Version == version))
            {
                if (underWay.ContainsKey(key))
                    found[key] = new FileUrl(url.Url);
            }

            // The rest of the list is of no use.
            if (found.Count > 0 && underWay.Keys.All(found.ContainsKey))
                break;
        }

        return found;
    }
}
