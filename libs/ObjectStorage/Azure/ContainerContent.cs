using System.Net;
using System.Text;
using Tideway.ObjectStorage.Buckets;
using Tideway.ObjectStorage.Http;

namespace Tideway.ObjectStorage.Azure;

/// <summary>
/// Lists and writes block blobs: small ones with one request, large ones in blocks of which one at a time is in memory. Blocks that never become a
/// blob are dropped by the store itself after a week.
/// See <see href="https://learn.microsoft.com/rest/api/storageservices/put-block-list">Put Block List</see>.
/// </summary>
internal sealed class ContainerContent(BucketClient client) : IBucketContent
{
    private const int FirstBlockBytes = 8 * 1024 * 1024;
    private const int LargestBlockBytes = 256 * 1024 * 1024;
    private const int BlocksPerSize = 5000;
    private const string AlreadyThere = "BlobAlreadyExists";
    private const string BlocksGone = "InvalidBlockList";

    private readonly ListStart start = new();

    private static readonly (string, string) BlockBlob = ("x-ms-blob-type", "BlockBlob");

    public IAsyncEnumerable<ObjectInfo> ListAsync(string root, string prefix, string? startAfter, CancellationToken cancellationToken) =>
        ContainerListing.ReadAsync(client, start, root, prefix, startAfter, cancellationToken);

    public Task<ObjectPage> ListPageAsync(string root, string prefix, ListPosition? from, int limit, CancellationToken cancellationToken) =>
        ContainerListing.ReadPageAsync(client, root, prefix, from, limit, cancellationToken);

    public Task PutAsync(string key, Stream content, CancellationToken cancellationToken) => PutAsync(key, content, onlyIfAbsent: false, cancellationToken);

    // The condition counts when the blocks are put together: until then there is nothing.
    public Task<bool> PutIfAbsentAsync(string key, Stream content, CancellationToken cancellationToken) =>
        PutAsync(key, content, onlyIfAbsent: true, cancellationToken);

    private async Task<bool> PutAsync(string key, Stream content, bool onlyIfAbsent, CancellationToken cancellationToken)
    {
        var buffer = new byte[content.CanSeek ? (int)Math.Min(FirstBlockBytes, Math.Max(0, content.Length - content.Position) + 1) : FirstBlockBytes];
        var length = await content.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        if (length < buffer.Length)
        {
            var whole = new BucketRequest(HttpMethod.Put, key, "write") { Headers = [BlockBlob], Body = buffer.AsMemory(0, length) };
            return await SendAsync(whole, key, onlyIfAbsent, cancellationToken).ConfigureAwait(false);
        }

        // Blocks of writers at the same time must not mix.
        var write = Guid.CreateVersion7().ToString("N");
        var blocks = new List<string>();
        while (length > 0)
        {
            var id = Convert.ToBase64String(Encoding.ASCII.GetBytes($"{write}{blocks.Count:D8}"));
            var block = new BucketRequest(HttpMethod.Put, key, "write a block of")
            {
                Query = [("comp", "block"), ("blockid", id)],
                Body = buffer.AsMemory(0, length),
            };
            await client.SendAsync(block, cancellationToken).ConfigureAwait(false);
            blocks.Add(id);
            if (length < buffer.Length)
                break;
            var size = (int)Math.Min(LargestBlockBytes, (long)FirstBlockBytes << (blocks.Count / BlocksPerSize));
            if (size > buffer.Length)
                buffer = new byte[size];
            length = await content.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        }

        var body = new StringBuilder("<BlockList>");
        foreach (var id in blocks)
            body.Append("<Latest>").Append(id).Append("</Latest>");
        var list = new BucketRequest(HttpMethod.Put, key, "put together")
        {
            Query = [("comp", "blocklist")],
            Body = Encoding.ASCII.GetBytes(body.Append("</BlockList>").ToString()),
        };
        return await SendAsync(list, key, onlyIfAbsent, cancellationToken).ConfigureAwait(false);
    }

    public Task<bool> PutIfAbsentAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        SendAsync(new BucketRequest(HttpMethod.Put, key, "write") { Body = content, Headers = [BlockBlob] }, key, onlyIfAbsent: true, cancellationToken);

    // False where there is a blob already, and there must not be.
    private async Task<bool> SendAsync(BucketRequest request, string key, bool onlyIfAbsent, CancellationToken cancellationToken)
    {
        if (!onlyIfAbsent)
        {
            await client.SendAsync(request, cancellationToken).ConfigureAwait(false);
            return true;
        }

        var writeId = Guid.CreateVersion7().ToString("N");
        request.Headers.Add(client.Dialect.OnlyIfAbsent);
        request.Headers.Add((client.Dialect.WriteIdHeader, writeId));
        return await client
            .SendAsync(
                request,
                async (response, mayBeDone, token) =>
                {
                    using (response)
                    {
                        if (response.IsSuccessStatusCode)
                            return true;
                        var answer = await StoreAnswer.ReadAsync(response, token).ConfigureAwait(false);
                        // Whoever put a blob together first has ended the blocks of all others.
                        if (
                            answer.Status == HttpStatusCode.PreconditionFailed
                            || answer.Code == AlreadyThere
                            || (answer.Code == BlocksGone && await client.IsThereAsync(key, token).ConfigureAwait(false))
                        )
                            return mayBeDone && await client.IsFromAsync(key, writeId, token).ConfigureAwait(false);
                        throw StoreFailure.Of(answer, request.Action, client.AddressOf(key));
                    }
                },
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    public Task<int> DeleteUnfinishedAsync(string root, DateTimeOffset before, Func<string, bool>? isOurs, CancellationToken cancellationToken) =>
        Task.FromResult(0);
}
