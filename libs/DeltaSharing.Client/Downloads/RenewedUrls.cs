namespace Tideway.DeltaSharing.Client.Downloads;

/// <summary>
/// Keeps the signed URLs of many files good while they are downloaded, however long that takes: shortly before they end, and where one is refused, the server is
/// asked once for those of all files. Safe to use from several threads.
/// </summary>
/// <remarks>For <see cref="FileDownloader.DownloadAsync(Func{CancellationToken, Task{Uri}}, string, long?, IProgress{long}, CancellationToken)"/>.</remarks>
/// <param name="renew">Asks the server for the same files again: fresh URLs by file id. With a refresh token, or the version, they are the same files for certain.</param>
/// <param name="options">How long before its end a URL is renewed.</param>
/// <param name="time">Says what time it is.</param>
public sealed class RenewedUrls(
    Func<CancellationToken, Task<IReadOnlyDictionary<string, FileUrl>>> renew,
    DeltaSharingClientOptions? options = null,
    TimeProvider? time = null
) : IDisposable
{
    /// <summary>How often a server is asked; one whose URLs never work is not asked for ever.</summary>
    public const int MaxRenewals = 1000;

    private readonly TimeSpan margin = (options ?? new DeltaSharingClientOptions()).UrlRenewalMargin;
    private readonly TimeProvider time = time ?? TimeProvider.System;
    private readonly SemaphoreSlim renewing = new(1, 1);
    private volatile IReadOnlyDictionary<string, FileUrl>? fresh;
    private DateTimeOffset? renewedAt;
    private int renewals;

    /// <summary>
    /// What gives the URL of a file: the one that the server gave, a fresh one where that ends soon; asked again, which says that it was refused, always another.
    /// It throws <see cref="DeltaSharingException"/>: <see cref="DeltaSharingError.NotFound"/> where the file is no longer among those that the server
    /// shares, <see cref="DeltaSharingError.UrlExpired"/> where the server gives the URL that was refused once more, and whatever asking it may throw.
    /// </summary>
    /// <param name="fileId">The id of the file, the same in every answer.</param>
    /// <param name="given">The URL that came with the file.</param>
    public Func<CancellationToken, Task<Uri>> Of(string fileId, FileUrl given)
    {
        ArgumentException.ThrowIfNullOrEmpty(fileId);
        Uri? handedOut = null;
        return async cancellationToken =>
        {
            var current = Current(fileId, given);
            var isRefused = current.Url == handedOut;
            if (isRefused || EndsSoon(current))
                current = await RenewAsync(fileId, given, current, isRefused, cancellationToken).ConfigureAwait(false);
            handedOut = current.Url;
            return current.Url;
        };
    }

    /// <inheritdoc />
    public void Dispose() => renewing.Dispose();

    private FileUrl Current(string fileId, FileUrl given) => fresh?.TryGetValue(fileId, out var found) == true ? found : given;

    private bool EndsSoon(FileUrl url) => url.ExpiresAt is { } end && end - time.GetUtcNow() < margin;

    private async Task<FileUrl> RenewAsync(string fileId, FileUrl given, FileUrl current, bool isRefused, CancellationToken cancellationToken)
    {
        await renewing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            // Another file's renewal may have brought one for this file too.
            if (Current(fileId, given) is var other && other.Url != current.Url)
                return other;
            // URLs that live shorter than the margin are used as they are.
            if (!isRefused && renewedAt is { } last && time.GetUtcNow() - last < margin)
                return current;
            if (renewals >= MaxRenewals)
                throw Expired(fileId, $"after fresh URLs were asked for {MaxRenewals} times");
            renewals++;
            renewedAt = time.GetUtcNow();
            try
            {
                fresh = await renew(cancellationToken).ConfigureAwait(false);
            }
            catch (DeltaSharingException) when (!isRefused)
            {
                // A server that cannot be asked just now need not end what still works; where it does not, it is asked again.
                return current;
            }

            if (!fresh.TryGetValue(fileId, out var found))
                return isRefused
                    ? throw new DeltaSharingException(
                        DeltaSharingError.NotFound,
                        $"Expected a fresh URL of the file {fileId}, got none: it is no longer shared."
                    )
                    : current;
            return isRefused && found.Url == current.Url ? throw Expired(fileId, "and the server gives it again") : found;
        }
        finally
        {
            renewing.Release();
        }
    }

    private static DeltaSharingException Expired(string fileId, string when) =>
        new(DeltaSharingError.UrlExpired, $"The URL of the file {fileId} is no longer accepted, {when}.");
}
