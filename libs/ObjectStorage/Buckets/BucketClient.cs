using System.Net;
using System.Xml;
using Tideway.ObjectStorage.Http;

namespace Tideway.ObjectStorage.Buckets;

/// <summary>Sends requests to one bucket.</summary>
internal sealed class BucketClient(BucketEndpoint endpoint, IBucketDialect dialect, StoreHttp http, string bucketAddress) : IDisposable
{
    // The path is encoded as it was signed; nobody may encode it otherwise.
    private static readonly UriCreationOptions AsItIs = new() { DangerousDisablePathAndQueryCanonicalization = true };

    private static readonly XmlReaderSettings Xml = new()
    {
        Async = true,
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        // A page of a thousand keys of 1024 bytes, each of them three characters, has room in it.
        MaxCharactersInDocument = 16 * 1024 * 1024,
    };

    public IBucketDialect Dialect => dialect;

    /// <summary>The bucket or an object of it, for messages.</summary>
    public string AddressOf(string? key) => key is null ? bucketAddress : $"{bucketAddress}/{key}";

    /// <summary>Sends a request and has the answer read, whatever it is. The reader owns the response.</summary>
    public Task<T> SendAsync<T>(
        BucketRequest request,
        Func<HttpResponseMessage, bool, CancellationToken, Task<T>> readAsync,
        CancellationToken cancellationToken
    )
    {
        var what = new StoreRequest(request.Action, AddressOf(request.Key), request.Body.Length, token => MakeAsync(request, token))
        {
            RepeatsOnConflict = request.RepeatsOnConflict,
        };
        return http.SendAsync(what, readAsync, cancellationToken);
    }

    /// <summary>Sends a request whose success has no content that matters.</summary>
    public Task SendAsync(BucketRequest request, CancellationToken cancellationToken) =>
        SendAsync(
            request,
            async (response, _, token) =>
            {
                using (response)
                    await RequireSuccessAsync(response, request, token).ConfigureAwait(false);
                return true;
            },
            cancellationToken
        );

    /// <summary>Sends a request that is answered with XML.</summary>
    public Task<T> SendAsync<T>(BucketRequest request, Func<XmlReader, Task<T>> readAsync, CancellationToken cancellationToken) =>
        SendAsync(
            request,
            async (response, _, token) =>
            {
                using (response)
                {
                    await RequireSuccessAsync(response, request, token).ConfigureAwait(false);
                    return await ReadXmlAsync(response, request, readAsync, token).ConfigureAwait(false);
                }
            },
            cancellationToken
        );

    /// <summary>Throws what the answer means unless it is a success.</summary>
    public async Task RequireSuccessAsync(HttpResponseMessage response, BucketRequest request, CancellationToken cancellationToken)
    {
        if (response.IsSuccessStatusCode)
            return;
        var answer = await StoreAnswer.ReadAsync(response, cancellationToken).ConfigureAwait(false);
        throw StoreFailure.Of(answer, request.Action, AddressOf(request.Key));
    }

    public async Task<T> ReadXmlAsync<T>(
        HttpResponseMessage response,
        BucketRequest request,
        Func<XmlReader, Task<T>> readAsync,
        CancellationToken cancellationToken
    )
    {
        var body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using (body.ConfigureAwait(false))
        {
            // Read whole first: reading XML takes no token.
            using var content = new MemoryStream();
            await body.CopyToAsync(content, cancellationToken).ConfigureAwait(false);
            content.Position = 0;
            using var reader = XmlReader.Create(content, Xml);
            try
            {
                return await readAsync(reader).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is XmlException or FormatException)
            {
                throw new ObjectStorageException(
                    ObjectStorageError.Unavailable,
                    $"Could not {request.Action} '{AddressOf(request.Key)}': the store's answer is not what it should be: {exception.Message}",
                    exception
                );
            }
        }
    }

    /// <summary>Whether the object is what this very write has made, whose answer got lost.</summary>
    public Task<bool> IsFromAsync(string key, string writeId, CancellationToken cancellationToken) =>
        LookAsync(key, response => response.Headers.TryGetValues(dialect.WriteIdHeader, out var values) && values.Contains(writeId), cancellationToken);

    /// <summary>Whether there is such an object, whoever has made it.</summary>
    public Task<bool> IsThereAsync(string key, CancellationToken cancellationToken) => LookAsync(key, _ => true, cancellationToken);

    public void Dispose() => http.Dispose();

    private Task<bool> LookAsync(string key, Func<HttpResponseMessage, bool> isSo, CancellationToken cancellationToken)
    {
        var request = new BucketRequest(HttpMethod.Head, key, "look at");
        return SendAsync(
            request,
            async (response, _, token) =>
            {
                using (response)
                {
                    if (response.StatusCode == HttpStatusCode.NotFound)
                        return false;
                    await RequireSuccessAsync(response, request, token).ConfigureAwait(false);
                    return isSo(response);
                }
            },
            cancellationToken
        );
    }

    private async ValueTask<HttpRequestMessage> MakeAsync(BucketRequest request, CancellationToken cancellationToken)
    {
        var query = request.CanonicalQuery();
        var address = endpoint.Origin + request.PathIn(endpoint) + (query.Length == 0 ? "" : "?" + query);
        if (dialect.QuerySuffix is { } suffix)
            address += (query.Length == 0 ? "?" : "&") + suffix;
        var message = new HttpRequestMessage(request.Method, new Uri(address, AsItIs));
        if (request.Method == HttpMethod.Put || request.Method == HttpMethod.Post)
            message.Content = new ReadOnlyMemoryContent(request.Body);
        foreach (var (name, value) in request.Headers)
        {
            if (!message.Headers.TryAddWithoutValidation(name, value))
                message.Content!.Headers.TryAddWithoutValidation(name, value);
        }

        await dialect.AuthorizeAsync(message, request, endpoint, cancellationToken).ConfigureAwait(false);
        return message;
    }
}
