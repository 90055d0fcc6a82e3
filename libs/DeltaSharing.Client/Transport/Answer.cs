using System.Globalization;
using Tideway.DeltaSharing.Protocol;

namespace Tideway.DeltaSharing.Client.Transport;

/// <summary>The beginning of an answer; its body is still to be read.</summary>
internal sealed class Answer(HttpResponseMessage response, DeltaSharingClientOptions options, TimeProvider time) : IDisposable
{
    // They go into addresses, which servers take up to some kilobytes.
    private const int MaxTokenLength = 32 * 1024;

    public HttpResponseMessage Response => response;

    public string Source => $"{response.RequestMessage!.Method} {UrlPolicy.Describe(response.RequestMessage.RequestUri!)}";

    public string? RequestId => Header(HeaderNames.RequestId);

    public SharingCapabilities Capabilities => SharingCapabilities.Parse(Header(HeaderNames.Capabilities));

    public string? Header(string name) => response.Headers.TryGetValues(name, out var values) ? string.Join(',', values) : null;

    public long TableVersion() =>
        long.TryParse(Header(HeaderNames.TableVersion), NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            ? version
            : throw Malformed($"the header {HeaderNames.TableVersion}, got '{Header(HeaderNames.TableVersion)}'");

    /// <summary>The body, decoded where it was encoded.</summary>
    public async Task<Stream> OpenAsync(CancellationToken cancellationToken)
    {
        var encodings = response.Content.Headers.ContentEncoding;
        var isGzip = encodings.Count == 1 && encodings.First().ToLowerInvariant() is "gzip" or "x-gzip";
        if (!isGzip && encodings.Any(encoding => !encoding.Equals("identity", StringComparison.OrdinalIgnoreCase)))
            throw Malformed($"an answer that is encoded as gzip or not at all, got {ServerText.Clip(string.Join(", ", encodings))}");
        var content = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        var stream = new IdleTimeoutStream(content, options, time, Source, RequestId);
        return isGzip ? new InflatedStream(stream, this) : stream;
    }

    /// <summary>The body as it is stored, whatever the store says of how that is encoded: sizes and ranges of a file are those of its stored bytes.</summary>
    public async Task<Stream> OpenStoredAsync(CancellationToken cancellationToken) =>
        new IdleTimeoutStream(await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false), options, time, Source, RequestId);

    /// <summary>Refuses a body that is packed where that was not asked for.</summary>
    public Answer CheckPlain() =>
        response.Content.Headers.ContentEncoding.FirstOrDefault(encoding => !encoding.Equals("identity", StringComparison.OrdinalIgnoreCase)) is { } encoding
            ? throw Malformed($"an answer as it is, got one with the content encoding {ServerText.Clip(encoding)}, which was not asked for")
            : this;

    /// <summary>The token of a next page or a query as the server gave it; refuses one that is too long to be one.</summary>
    public string CheckToken(string token) => token.Length <= MaxTokenLength ? token : throw TooLarge($"tokens of at most {MaxTokenLength} characters");

    /// <summary>The body, up to a length; <see langword="null"/> where it is longer.</summary>
    public async Task<byte[]?> ReadAsync(int maxBytes, CancellationToken cancellationToken)
    {
        var stream = await OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            using var body = new MemoryStream();
            var buffer = new byte[16 * 1024];
            int read;
            while ((read = await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
            {
                if (body.Length + read > maxBytes)
                    return null;
                body.Write(buffer, 0, read);
            }

            // Some servers begin with a mark of the order of bytes, which is no JSON.
            return body.GetBuffer().AsSpan(0, (int)body.Length) is [0xef, 0xbb, 0xbf, .. var rest] ? rest.ToArray() : body.ToArray();
        }
    }

    public DeltaSharingException Malformed(string expected, Exception? inner = null) =>
        new(DeltaSharingError.MalformedAnswer, $"{Source}: expected {expected}.", inner) { Status = (int)response.StatusCode, RequestId = RequestId };

    public DeltaSharingException TooLarge(string limit) =>
        new(DeltaSharingError.LimitExceeded, $"{Source}: expected {limit}, got more.") { Status = (int)response.StatusCode, RequestId = RequestId };

    public void Dispose() => response.Dispose();
}
