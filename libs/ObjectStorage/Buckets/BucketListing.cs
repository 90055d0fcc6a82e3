using System.Globalization;
using System.Runtime.CompilerServices;
using System.Xml;

namespace Tideway.ObjectStorage.Buckets;

/// <summary>
/// Lists a bucket page by page. See <see href="https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html">ListObjectsV2</see>.
/// </summary>
internal static class BucketListing
{
    private sealed record Page(List<ObjectInfo> Objects, string? Next);

    /// <param name="client">Sends the requests.</param>
    /// <param name="root">What the keys lie below: empty, or a key with a slash at its end.</param>
    /// <param name="prefix">What the keys relative to the root start with.</param>
    /// <param name="startAfter">The key relative to the root that all sort after.</param>
    /// <param name="first">How many keys to ask for at first, where that is enough most of the time; as many as the store gives where not set.</param>
    /// <param name="cancellationToken">Ends the listing.</param>
    public static async IAsyncEnumerable<ObjectInfo> ReadAsync(
        BucketClient client,
        string root,
        string prefix,
        string? startAfter,
        int? first,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        string? token = null;
        do
        {
            var request = new BucketRequest(HttpMethod.Get, key: null, "list")
            {
                Query = [("list-type", "2"), ("encoding-type", "url"), ("prefix", root + prefix)],
            };
            if (token is not null)
                request.Query.Add(("continuation-token", token));
            else if (startAfter is not null)
                request.Query.Add(("start-after", root + startAfter));
            // What follows goes on in full pages: small ones may hold nothing but markers of folders.
            if (token is null && first is { } few)
                request.Query.Add(("max-keys", few.ToString(CultureInfo.InvariantCulture)));
            var page = await client.SendAsync(request, reader => ReadPageAsync(reader, root), cancellationToken).ConfigureAwait(false);
            foreach (var found in page.Objects)
            {
                // Not every store heeds start-after.
                if (startAfter is null || ObjectKey.CompareUtf8(found.Key, startAfter) > 0)
                    yield return found;
            }

            if (page.Next is not null && page.Next == token)
                throw new ObjectStorageException(
                    ObjectStorageError.Unavailable,
                    $"Could not list '{client.AddressOf(null)}': the store gave the same continuation token twice."
                );
            token = page.Next;
        } while (token is not null);
    }

    private static async Task<Page> ReadPageAsync(XmlReader reader, string root)
    {
        var objects = new List<ObjectInfo>();
        string? next = null;
        bool isTruncated = false,
            isEncoded = false;
        await reader.MoveToContentAsync().ConfigureAwait(false);
        await reader.ReadAsync().ConfigureAwait(false);
        while (!reader.EOF)
        {
            if (reader.NodeType != XmlNodeType.Element)
            {
                await reader.ReadAsync().ConfigureAwait(false);
                continue;
            }

            switch (reader.LocalName)
            {
                case "Contents":
                    if (await ReadObjectAsync(reader).ConfigureAwait(false) is { } found)
                        objects.Add(found);
                    break;
                case "EncodingType":
                    isEncoded = await reader.ReadElementContentAsStringAsync().ConfigureAwait(false) == "url";
                    break;
                case "IsTruncated":
                    isTruncated = await reader.ReadElementContentAsStringAsync().ConfigureAwait(false) == "true";
                    break;
                case "NextContinuationToken":
                    next = await reader.ReadElementContentAsStringAsync().ConfigureAwait(false);
                    break;
                default:
                    await reader.SkipAsync().ConfigureAwait(false);
                    break;
            }
        }

        // What says how keys are written may come after them.
        if (isTruncated && string.IsNullOrEmpty(next))
            throw new FormatException("it says that there is more, and not how to go on.");
        return new Page([.. objects.Select(found => Below(found, isEncoded, root)).OfType<ObjectInfo>()], isTruncated ? next : null);
    }

    private static async Task<ObjectInfo?> ReadObjectAsync(XmlReader reader)
    {
        string? key = null;
        long size = 0;
        var modified = default(DateTimeOffset);
        using var inner = reader.ReadSubtree();
        await inner.ReadAsync().ConfigureAwait(false);
        await inner.ReadAsync().ConfigureAwait(false);
        while (!inner.EOF)
        {
            switch (inner.NodeType == XmlNodeType.Element ? inner.LocalName : null)
            {
                case "Key":
                    key = await inner.ReadElementContentAsStringAsync().ConfigureAwait(false);
                    break;
                case "Size":
                    size = long.Parse(await inner.ReadElementContentAsStringAsync().ConfigureAwait(false), NumberStyles.None);
                    break;
                case "LastModified":
                    modified = DateTimeOffset.Parse(
                        await inner.ReadElementContentAsStringAsync().ConfigureAwait(false),
                        CultureInfo.InvariantCulture,
                        DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal
                    );
                    break;
                case not null:
                    await inner.SkipAsync().ConfigureAwait(false);
                    break;
                default:
                    await inner.ReadAsync().ConfigureAwait(false);
                    break;
            }
        }

        return key is null ? null : new ObjectInfo(key, size, modified);
    }

    // Markers of folders, and names that are no keys here, could not be opened again.
    private static ObjectInfo? Below(ObjectInfo found, bool isEncoded, string root)
    {
        var key = isEncoded ? Uri.UnescapeDataString(found.Key.Replace('+', ' ')) : found.Key;
        return key.StartsWith(root, StringComparison.Ordinal) && key[root.Length..] is var relative && ObjectKey.IsValid(relative)
            ? found with
            {
                Key = relative,
            }
            : null;
    }
}
