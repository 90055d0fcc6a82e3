using System.Net;
using System.Net.Http.Headers;
using Tideway.DeltaSharing.Client.Transport;

namespace Tideway.DeltaSharing.Client.Downloads;

/// <summary>Reads a part of a file by its signed URL into memory, such as one of the deletion vectors that share a file. Safe to use from several threads.</summary>
/// <param name="http">Sends the requests, without the server's credential; it must not decompress. Best made with <see cref="SharingHandler.Create"/>.</param>
/// <param name="options">How far the server is trusted and waited for.</param>
/// <param name="time">Measures timeouts and waits.</param>
public sealed class RangeReader(HttpClient http, DeltaSharingClientOptions? options = null, TimeProvider? time = null)
{
    private const int FirstBytes = 256 * 1024;

    private readonly DeltaSharingClientOptions options = options ?? new DeltaSharingClientOptions();
    private readonly RetryDelays delays = new(options ?? new DeltaSharingClientOptions(), time ?? TimeProvider.System);
    private readonly RequestSender sender = new(http, options ?? new DeltaSharingClientOptions(), time ?? TimeProvider.System);

    /// <summary>The bytes from an offset on, exactly as many as are asked for.</summary>
    /// <exception cref="DeltaSharingException">
    /// Among others <see cref="DeltaSharingError.UrlExpired"/> (ask for a fresh URL), <see cref="DeltaSharingError.NotFound"/> (the file is gone),
    /// <see cref="DeltaSharingError.SizeMismatch"/> (the file ends earlier).
    /// </exception>
    public Task<byte[]> ReadAsync(Uri url, long offset, int length, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(url);
        return ReadAsync(_ => Task.FromResult(url), isRenewed: false, offset, length, cancellationToken);
    }

    /// <summary>The same for a file whose URL may end: where it is refused, a fresh one is asked for.</summary>
    /// <param name="findUrl">Gives the file's signed URL, and a fresh one where that is no longer accepted.</param>
    /// <param name="offset">The first byte.</param>
    /// <param name="length">How many bytes.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public Task<byte[]> ReadAsync(Func<CancellationToken, Task<Uri>> findUrl, long offset, int length, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(findUrl);
        return ReadAsync(findUrl, isRenewed: true, offset, length, cancellationToken);
    }

    private async Task<byte[]> ReadAsync(
        Func<CancellationToken, Task<Uri>> findUrl,
        bool isRenewed,
        long offset,
        int length,
        CancellationToken cancellationToken
    )
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        var url = await FindAsync(findUrl, cancellationToken).ConfigureAwait(false);
        for (var retry = 0; ; retry++)
        {
            try
            {
                return await ReadOnceAsync(url, offset, length, cancellationToken).ConfigureAwait(false);
            }
            catch (DeltaSharingException failure) when (isRenewed && failure.Error == DeltaSharingError.UrlExpired)
            {
                // Whatever comes of a fresh one counts.
                isRenewed = false;
                url = await FindAsync(findUrl, cancellationToken).ConfigureAwait(false);
            }
            catch (DeltaSharingException failure)
            {
                if (!await delays.WaitAsync(failure, retry, cancellationToken).ConfigureAwait(false))
                    throw;
            }
        }
    }

    private async Task<Uri> FindAsync(Func<CancellationToken, Task<Uri>> findUrl, CancellationToken cancellationToken)
    {
        var url = await findUrl(cancellationToken).ConfigureAwait(false);
        UrlPolicy.Check(url, options);
        return url;
    }

    private async Task<byte[]> ReadOnceAsync(Uri url, long offset, int length, CancellationToken cancellationToken)
    {
        using var answer = await SignedUrl.AskAsync(sender, () => Create(url, offset, length), cancellationToken).ConfigureAwait(false);
        var skip = offset;
        if (answer.Response.StatusCode == HttpStatusCode.PartialContent)
        {
            if (answer.Response.Content.Headers.ContentRange?.From != offset)
                throw answer.Malformed($"the range from byte {offset}, got {answer.Response.Content.Headers.ContentRange}");
            skip = 0;
        }

        var stream = await answer.OpenStoredAsync(cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            // How long the part is, a server may have said: memory grows as it comes.
            var bytes = new byte[Math.Min(length, FirstBytes)];
            // A server that knows no ranges sends the file from its beginning.
            while (skip > 0)
            {
                var read = await stream.ReadAsync(bytes.AsMemory(0, (int)Math.Min(skip, bytes.Length)), cancellationToken).ConfigureAwait(false);
                skip -= read > 0 ? read : throw TooShort(answer, offset, length);
            }

            for (var filled = 0; filled < length; )
            {
                if (filled == bytes.Length)
                    Array.Resize(ref bytes, (int)Math.Min(length, 2L * filled));
                var read = await stream.ReadAsync(bytes.AsMemory(filled), cancellationToken).ConfigureAwait(false);
                filled += read > 0 ? read : throw TooShort(answer, offset, length);
            }

            return bytes;
        }
    }

    private static HttpRequestMessage Create(Uri url, long offset, int length)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, url);
        request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue("identity"));
        request.Headers.Range = new RangeHeaderValue(offset, offset + length - 1);
        return request;
    }

    private static DeltaSharingException TooShort(Answer answer, long offset, int length) =>
        new(DeltaSharingError.SizeMismatch, $"{answer.Source}: expected {length} bytes from byte {offset} on, but the file ends earlier.")
        {
            RequestId = answer.RequestId,
        };
}
