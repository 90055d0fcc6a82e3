using System.Net;
using System.Text;
using System.Xml;
using Tideway.ObjectStorage.Http;

namespace Tideway.ObjectStorage.Buckets;

/// <summary>
/// Writes objects: small ones with one request, large ones in parts of which one at a time is in memory. An upload that fails is aborted.
/// See <see href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html">Multipart upload</see>.
/// </summary>
internal sealed class BucketUpload(BucketClient client)
{
    private const int FirstPartBytes = 8 * 1024 * 1024;
    private const int LargestPartBytes = 512 * 1024 * 1024;
    private const int PartsPerSize = 1000;

    public Task PutAsync(string key, Stream content, CancellationToken cancellationToken) => PutAsync(key, content, onlyIfAbsent: false, cancellationToken);

    // The condition counts when the parts are put together: until then there is nothing.
    public Task<bool> PutIfAbsentAsync(string key, Stream content, CancellationToken cancellationToken) =>
        PutAsync(key, content, onlyIfAbsent: true, cancellationToken);

    private async Task<bool> PutAsync(string key, Stream content, bool onlyIfAbsent, CancellationToken cancellationToken)
    {
        var buffer = new byte[FirstSize(content)];
        var length = await content.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        if (length < buffer.Length || IsAtEnd(content))
        {
            var whole = buffer.AsMemory(0, length);
            if (onlyIfAbsent)
                return await PutIfAbsentAsync(key, whole, cancellationToken).ConfigureAwait(false);
            await client.SendAsync(new BucketRequest(HttpMethod.Put, key, "write") { Body = whole }, cancellationToken).ConfigureAwait(false);
            return true;
        }

        if (onlyIfAbsent && !client.Dialect.TakesConditionOfUploads)
            throw new ObjectStorageException(
                ObjectStorageError.Unsupported,
                $"Could not write '{client.AddressOf(key)}' only if it is absent: the store takes that condition with contents of less than {FirstPartBytes} bytes."
            );
        return await PutInPartsAsync(key, buffer, content, onlyIfAbsent, cancellationToken).ConfigureAwait(false);
    }

    public Task<bool> PutIfAbsentAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        var writeId = Guid.CreateVersion7().ToString("N");
        var request = new BucketRequest(HttpMethod.Put, key, "write")
        {
            Body = content,
            Headers = [client.Dialect.OnlyIfAbsent, (client.Dialect.WriteIdHeader, writeId)],
            RepeatsOnConflict = true,
        };
        return client.SendAsync(
            request,
            async (response, mayBeDone, token) =>
            {
                using (response)
                {
                    if (response.StatusCode == HttpStatusCode.PreconditionFailed)
                        return mayBeDone && await client.IsFromAsync(key, writeId, token).ConfigureAwait(false);
                    await client.RequireSuccessAsync(response, request, token).ConfigureAwait(false);
                    return true;
                }
            },
            cancellationToken
        );
    }

    // A content that can tell its length gets a buffer no larger than that; one byte more shows that it is at its end.
    private static int FirstSize(Stream content) =>
        content.CanSeek ? (int)Math.Min(FirstPartBytes, Math.Max(0, content.Length - content.Position) + 1) : FirstPartBytes;

    private static bool IsAtEnd(Stream content) => content.CanSeek && content.Position >= content.Length;

    private static int SizeOfPart(int number) => (int)Math.Min(LargestPartBytes, (long)FirstPartBytes << Math.Min(16, (number - 1) / PartsPerSize));

    private async Task<bool> PutInPartsAsync(string key, byte[] buffer, Stream content, bool onlyIfAbsent, CancellationToken cancellationToken)
    {
        var writeId = Guid.CreateVersion7().ToString("N");
        var begin = new BucketRequest(HttpMethod.Post, key, "begin the upload of")
        {
            Query = [("uploads", "")],
            Headers = [(client.Dialect.WriteIdHeader, writeId)],
        };
        var uploadId = await client.SendAsync(begin, reader => ReadFieldAsync(reader, "UploadId"), cancellationToken).ConfigureAwait(false);
        try
        {
            var tags = new List<string>();
            for (var length = buffer.Length; length > 0; )
            {
                tags.Add(await PutPartAsync(key, uploadId, tags.Count + 1, buffer.AsMemory(0, length), cancellationToken).ConfigureAwait(false));
                if (length < buffer.Length)
                    break;
                if (SizeOfPart(tags.Count + 1) is var size && size > buffer.Length)
                    buffer = new byte[size];
                length = await content.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            }

            if (await CompleteAsync(key, uploadId, writeId, tags, onlyIfAbsent, cancellationToken).ConfigureAwait(false))
                return true;
        }
        catch
        {
            await AbortAsync(key, uploadId).ConfigureAwait(false);
            throw;
        }

        await AbortAsync(key, uploadId).ConfigureAwait(false);
        return false;
    }

    private Task<string> PutPartAsync(string key, string uploadId, int number, ReadOnlyMemory<byte> part, CancellationToken cancellationToken)
    {
        var request = new BucketRequest(HttpMethod.Put, key, "write a part of")
        {
            Query = [("partNumber", number.ToString()), ("uploadId", uploadId)],
            Body = part,
        };
        return client.SendAsync(
            request,
            async (response, _, token) =>
            {
                using (response)
                {
                    await client.RequireSuccessAsync(response, request, token).ConfigureAwait(false);
                    return response.Headers.ETag?.Tag
                        ?? throw new ObjectStorageException(
                            ObjectStorageError.Unavailable,
                            $"Could not write a part of '{client.AddressOf(key)}': the store gave no ETag for part {number}."
                        );
                }
            },
            cancellationToken
        );
    }

    // False where there is an object already, and there must not be.
    private Task<bool> CompleteAsync(string key, string uploadId, string writeId, List<string> tags, bool onlyIfAbsent, CancellationToken cancellationToken)
    {
        var body = new StringBuilder("<CompleteMultipartUpload>");
        for (var i = 0; i < tags.Count; i++)
            body.Append("<Part><PartNumber>")
                .Append(i + 1)
                .Append("</PartNumber><ETag>")
                .Append(System.Security.SecurityElement.Escape(tags[i]))
                .Append("</ETag></Part>");
        var request = new BucketRequest(HttpMethod.Post, key, "complete the upload of")
        {
            Query = [("uploadId", uploadId)],
            Body = Encoding.UTF8.GetBytes(body.Append("</CompleteMultipartUpload>").ToString()),
            Headers = onlyIfAbsent ? [client.Dialect.OnlyIfAbsent] : [],
            // Two that are put together at once: whoever lost is told so when it asks again.
            RepeatsOnConflict = onlyIfAbsent,
        };
        return client.SendAsync(
            request,
            async (response, mayBeDone, token) =>
            {
                using (response)
                {
                    if (onlyIfAbsent && response.StatusCode == HttpStatusCode.PreconditionFailed)
                        return mayBeDone && await client.IsFromAsync(key, writeId, token).ConfigureAwait(false);
                    if (response.StatusCode == HttpStatusCode.NotFound && mayBeDone && await client.IsFromAsync(key, writeId, token).ConfigureAwait(false))
                        return true;
                    // A conflict may have ended the upload, or may stay one.
                    if (
                        onlyIfAbsent
                        && response.StatusCode is (HttpStatusCode.NotFound or HttpStatusCode.Conflict)
                        && await client.IsThereAsync(key, token).ConfigureAwait(false)
                    )
                        return false;
                    await client.RequireSuccessAsync(response, request, token).ConfigureAwait(false);
                    // Assembling may fail after the success was sent: only what the body says counts, and where it breaks off nobody knows yet.
                    var body = await StoreAnswer.ReadBodyAsync(response, token).ConfigureAwait(false);
                    if (IsCompleted(body))
                        return true;
                    throw StoreFailure.Of(
                        StoreAnswer.Of(response, body) with
                        {
                            Status = HttpStatusCode.InternalServerError,
                        },
                        request.Action,
                        client.AddressOf(key)
                    );
                }
            },
            cancellationToken
        );
    }

    // Cut off within, it is a break of the connection, after which the request is sent again.
    private static bool IsCompleted(byte[] body)
    {
        try
        {
            using var reader = XmlReader.Create(new MemoryStream(body), StoreAnswer.Xml);
            reader.MoveToContent();
            var name = reader.LocalName;
            while (reader.Read()) { }
            return name == "CompleteMultipartUploadResult";
        }
        catch (XmlException exception)
        {
            throw new IOException("The answer to the end of an upload broke off.", exception);
        }
    }

    private async Task AbortAsync(string key, string uploadId)
    {
        try
        {
            var request = new BucketRequest(HttpMethod.Delete, key, "abort the upload of") { Query = [("uploadId", uploadId)] };
            await client.SendAsync(request, CancellationToken.None).ConfigureAwait(false);
        }
        catch (ObjectStorageException)
        {
            // What failed before is what the caller needs to hear; leftovers are removed with those of killed writers.
        }
    }

    private static async Task<string> ReadFieldAsync(XmlReader reader, string name)
    {
        while (await reader.ReadAsync().ConfigureAwait(false))
        {
            if (reader.NodeType == XmlNodeType.Element && reader.LocalName == name)
                return await reader.ReadElementContentAsStringAsync().ConfigureAwait(false);
        }

        throw new FormatException($"it has no {name}.");
    }
}
