using System.Collections.Concurrent;
using Tideway.DeltaSharing.Client;
using Tideway.DeltaSharing.Client.Downloads;
using Tideway.DeltaSharing.Protocol.Lines;

namespace Tideway.InboundSync.Runs;

/// <summary>
/// Fresh addresses for files that are on their way when theirs end, so that a file goes on where it is, however long it takes. Those that were not begun come with the
/// next list, which is asked for as a whole: here only the few that are needed are kept of it.
/// </summary>
/// <param name="askAgain">Asks the provider for the same files once more.</param>
internal sealed class AddressRenewal(Func<CancellationToken, Task<TableStream>> askAgain) : IDisposable
{
    private readonly ConcurrentDictionary<string, byte> underWay = new(StringComparer.Ordinal);
    private RenewedUrls? urls;

    /// <summary>Gives the address of a file that is begun now, as <see cref="FileDownloader"/> asks for it.</summary>
    /// <param name="fileId">Id of the file, the same in every list.</param>
    /// <param name="address">The address that came with it.</param>
    /// <param name="hasBegun">Whether any of the file is here.</param>
    public Func<CancellationToken, Task<Uri>> Of(string fileId, Uri address, Func<bool> hasBegun)
    {
        underWay[fileId] = 0;
        var renewed = LazyInitializer.EnsureInitialized(ref urls, () => new RenewedUrls(FindAsync)).Of(fileId, new FileUrl(address));
        var isFirst = true;
        return async cancellationToken =>
        {
            if (!isFirst && !hasBegun())
                throw new DeltaSharingException(DeltaSharingError.UrlExpired, $"The address of the file {fileId} is no longer accepted.");
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
    public void End(string fileId) => underWay.TryRemove(fileId, out _);

    public void Dispose() => urls?.Dispose();

    private async Task<IReadOnlyDictionary<string, FileUrl>> FindAsync(CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, FileUrl>(StringComparer.Ordinal);
        await using var answer = await askAgain(cancellationToken);
        await foreach (var line in answer.ReadAsync(cancellationToken))
        {
            if (line is not DataFileLine file || !underWay.ContainsKey(file.Id) || !Uri.TryCreate(file.Url, UriKind.Absolute, out var url))
                continue;
            found[file.Id] = new FileUrl(url);
            // The rest of the list is of no use.
            if (underWay.Keys.All(found.ContainsKey))
                break;
        }

        return found;
    }
}
