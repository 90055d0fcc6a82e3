using System.Buffers;
using System.Net.Http.Headers;
using Tideway.DeltaSharing.Client.Transport;

namespace Tideway.DeltaSharing.Client.Downloads;

/// <summary>
/// Downloads files by their signed URLs to a local disk, in bounded memory. A break is resumed where it happened. A file whose store tells a checksum of it
/// (<c>x-amz-checksum-sha256</c>, <c>Content-MD5</c>, <c>x-goog-hash</c>) is verified, and brought once more where it was damaged. Safe to use from several
/// threads.
/// </summary>
/// <param name="http">Sends the requests, without the server's credential; it must not decompress. Best made with <see cref="SharingHandler.Create"/>.</param>
/// <param name="options">How far the server is trusted and waited for.</param>
/// <param name="time">Measures timeouts and waits.</param>
public sealed class FileDownloader(HttpClient http, DeltaSharingClientOptions? options = null, TimeProvider? time = null)
{
    private readonly DeltaSharingClientOptions options = options ?? new DeltaSharingClientOptions();
    private readonly RequestSender sender = new(http, options ?? new DeltaSharingClientOptions(), time ?? TimeProvider.System);
    private readonly RetryDelays delays = new(options ?? new DeltaSharingClientOptions(), time ?? TimeProvider.System);

    /// <summary>
    /// Whether a file is on the disk itself when it gets its name, so that it survives a crash of the machine. Off for files that are removed before the
    /// process ends: waiting for the disk is half of what bringing them costs.
    /// </summary>
    public bool FlushesToDisk { get; init; } = true;

    private int MaxAttempts => Math.Max(options.MaxRetries, 1) * 20;

    /// <summary>
    /// Downloads a file. It gets its name when it is whole and, unless <see cref="FlushesToDisk"/> is off, flushed to the disk; until then, and after a
    /// failure never, it is beside it with the ending <c>.part</c>.
    /// </summary>
    /// <param name="url">The file's signed URL.</param>
    /// <param name="destination">The path of the local file; its folder exists. A file that is there is replaced.</param>
    /// <param name="expectedSize">The size that the server's line gives. Never more than this is written.</param>
    /// <param name="progress">Is told how many bytes of the file are there.</param>
    /// <param name="cancellationToken">Ends the download.</param>
    /// <exception cref="DeltaSharingException">
    /// Among others <see cref="DeltaSharingError.UrlExpired"/> (ask for a fresh URL), <see cref="DeltaSharingError.NotFound"/> (the file is gone),
    /// <see cref="DeltaSharingError.SizeMismatch"/>, <see cref="DeltaSharingError.ChecksumMismatch"/>, <see cref="DeltaSharingError.LocalStorage"/>.
    /// </exception>
    public async Task<Download> DownloadAsync(
        Uri url,
        string destination,
        long expectedSize,
        IProgress<long>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(url);
        return await DownloadAsync(_ => Task.FromResult(url), isRenewed: false, destination, expectedSize, progress, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// The same for a file whose URLs may end before it is here: it goes on by a fresh one where the one before ended.
    /// </summary>
    /// <param name="findUrl">Gives the file's signed URL at the beginning, and a fresh one of the same file each time that one is no longer accepted.</param>
    /// <param name="destination">As above.</param>
    /// <param name="expectedSize">As above; the size that the store gives where the server gives none.</param>
    /// <param name="progress">As above.</param>
    /// <param name="cancellationToken">As above.</param>
    /// <exception cref="DeltaSharingException">
    /// As above; <see cref="DeltaSharingError.UrlExpired"/> only where a fresh URL gave nothing at all, or they end again and again.
    /// </exception>
    public Task<Download> DownloadAsync(
        Func<CancellationToken, Task<Uri>> findUrl,
        string destination,
        long? expectedSize,
        IProgress<long>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(findUrl);
        return DownloadAsync(findUrl, isRenewed: true, destination, expectedSize, progress, cancellationToken);
    }

    private async Task<Download> DownloadAsync(
        Func<CancellationToken, Task<Uri>> findUrl,
        bool isRenewed,
        string destination,
        long? expectedSize,
        IProgress<long>? progress,
        CancellationToken cancellationToken
    )
    {
        ArgumentException.ThrowIfNullOrEmpty(destination);
        if (expectedSize is < 0)
            throw new ArgumentOutOfRangeException(nameof(expectedSize), expectedSize, "Expected a size.");
        var url = await FindAsync(findUrl, cancellationToken).ConfigureAwait(false);
        var file = PartialFile.Create(destination, FlushesToDisk);
        file.WholeLength = expectedSize;
        await using (file.ConfigureAwait(false))
        {
            var attempts = await FillAsync(file, url, isRenewed ? findUrl : null, progress, cancellationToken).ConfigureAwait(false);
            await file.CompleteAsync().ConfigureAwait(false);
            return new Download(file.Length, attempts);
        }
    }

    private async Task<Uri> FindAsync(Func<CancellationToken, Task<Uri>> findUrl, CancellationToken cancellationToken)
    {
        var url = await findUrl(cancellationToken).ConfigureAwait(false);
        UrlPolicy.Check(url, options);
        return url;
    }

    private async Task<int> FillAsync(
        PartialFile file,
        Uri url,
        Func<CancellationToken, Task<Uri>>? renew,
        IProgress<long>? progress,
        CancellationToken cancellationToken
    )
    {
        var failures = 0;
        var wasDamaged = false;
        long? renewedAt = null;
        for (var attempt = 1; ; attempt++)
        {
            var before = file.Length;
            try
            {
                await FetchAsync(file, url, progress, cancellationToken).ConfigureAwait(false);
                if (file.FindFault() is not { } fault)
                    return attempt;
                // Damaged on its way, it comes whole the next time; damaged where it is kept, it never does.
                if (wasDamaged)
                    throw fault;
                wasDamaged = true;
            }
            catch (DeltaSharingException failure)
                when (failure.Error == DeltaSharingError.UrlExpired && renew is not null && file.Length != renewedAt && attempt <= MaxAttempts)
            {
                renewedAt = file.Length;
                url = await FindAsync(renew, cancellationToken).ConfigureAwait(false);
            }
            catch (DeltaSharingException failure)
            {
                // Progress buys new attempts, but not without end: a server could break off after every byte.
                failures = file.Length > before && attempt < MaxAttempts ? 0 : failures;
                if (!await delays.WaitAsync(failure, failures++, cancellationToken).ConfigureAwait(false))
                    throw;
            }
        }
    }

    private async Task FetchAsync(PartialFile file, Uri url, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        // An empty range cannot be asked for.
        if (file.Length == file.WholeLength && file.Length > 0)
            return;
        using var answer = await SignedUrl.AskAsync(sender, () => Create(file, url), cancellationToken).ConfigureAwait(false);
        var expectedSize = CheckSize(file, answer);
        var stream = await answer.OpenStoredAsync(cancellationToken).ConfigureAwait(false);
        var buffer = ArrayPool<byte>.Shared.Rent(options.DownloadBufferBytes);
        var buffered = 0;
        try
        {
            int read;
            do
            {
                // A network gives a few kilobytes at a time; a disk is better asked for much at once.
                read = await stream.ReadAsync(buffer.AsMemory(buffered, options.DownloadBufferBytes - buffered), cancellationToken).ConfigureAwait(false);
                buffered += read;
                if (file.Length + buffered > expectedSize)
                    throw Mismatch(answer, expectedSize, "more");
                if (buffered == 0 || (read > 0 && buffered < options.DownloadBufferBytes))
                    continue;
                await file.AppendAsync(buffer.AsMemory(0, buffered), cancellationToken).ConfigureAwait(false);
                buffered = 0;
                progress?.Report(file.Length);
            } while (read > 0);
        }
        catch (DeltaSharingException exception) when (exception.Error != DeltaSharingError.LocalStorage && file.Length + buffered <= expectedSize)
        {
            // What came before the break need not come again.
            await file.AppendAsync(buffer.AsMemory(0, buffered), cancellationToken).ConfigureAwait(false);
            progress?.Report(file.Length);
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            await stream.DisposeAsync().ConfigureAwait(false);
        }

        if (file.Length < expectedSize)
            throw new DeltaSharingException(DeltaSharingError.ConnectionBroken, $"{answer.Source}: expected {expectedSize} bytes, got {file.Length}.")
            {
                RequestId = answer.RequestId,
                IsTransient = true,
            };
    }

    private static HttpRequestMessage Create(PartialFile file, Uri url)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, url);
        request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue("identity"));
        if (file.Length > 0)
        {
            request.Headers.Range = new RangeHeaderValue(file.Length, null);
            if (file.EntityTag is { IsWeak: false } tag)
                request.Headers.IfRange = new RangeConditionHeaderValue(tag);
        }

        return request;
    }

    private static long CheckSize(PartialFile file, Answer answer)
    {
        var content = answer.Response.Content.Headers;
        long? total;
        if ((int)answer.Response.StatusCode == 206)
        {
            if (content.ContentRange?.From != file.Length)
                throw answer.Malformed($"the range from byte {file.Length}, got {content.ContentRange}");
            CheckSameFile(file, answer);
            total = content.ContentRange.Length;
        }
        else
        {
            // The server knows no ranges, or the file is another one meanwhile.
            file.Restart();
            total = content.ContentLength;
        }

        file.EntityTag = answer.Response.Headers.ETag;
        if (file.Length == 0)
            file.Verify(ToldChecksum.Find(answer));
        var expected = file.WholeLength ??= total ?? throw answer.Malformed("the length of a file whose size nobody told, got none");
        return total is null || total == expected ? expected : throw Mismatch(answer, expected, $"{total}");
    }

    // A server that heeds no If-Range would have two files joined to one.
    private static void CheckSameFile(PartialFile file, Answer answer)
    {
        if (file.Length == 0 || file.EntityTag is not { IsWeak: false } tag || answer.Response.Headers.ETag is not { } came || came.Equals(tag))
            return;
        file.Restart();
        throw new DeltaSharingException(
            DeltaSharingError.ConnectionBroken,
            $"{answer.Source}: expected the rest of the file with the tag {tag}, got that of {came}."
        )
        {
            RequestId = answer.RequestId,
            IsTransient = true,
        };
    }

    private static DeltaSharingException Mismatch(Answer answer, long expected, string got) =>
        new(DeltaSharingError.SizeMismatch, $"{answer.Source}: expected {expected} bytes, got {got}.") { RequestId = answer.RequestId };
}
