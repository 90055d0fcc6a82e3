using System.Globalization;
using System.Runtime.CompilerServices;
using System.Xml;
using Tideway.ObjectStorage.Buckets;

namespace Tideway.ObjectStorage.Azure;

/// <summary>Lists a container page by page. See <see href="https://learn.microsoft.com/rest/api/storageservices/list-blobs">List Blobs</see>.</summary>
internal static class ContainerListing
{
    // Before a mark of the store's after which all is still to be told. Without it the rest begins somewhere within the page that the mark leads to.
    private const char AllFollows = '~';

    private const int MostResults = 5000;

    private sealed record Page(List<ObjectInfo> Objects, string? Next);

    public static async IAsyncEnumerable<ObjectInfo> ReadAsync(
        BucketClient client,
        ListStart start,
        string root,
        string prefix,
        string? startAfter,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var from = start.CanBegin(prefix, startAfter) ? startAfter : null;
        string? marker = null;
        do
        {
            var page = await FetchAsync(client, root, prefix, marker, maxResults: null, cancellationToken, from).ConfigureAwait(false);
            // Before anything is handed out: whoever has what it needs does not come back for more.
            if (
                from is null
                && start.IsToBeTried(prefix, startAfter)
                && ListStart.FindTrial(page.Objects, prefix, startAfter!) is { } known
                && start.BeginTrial()
            )
                await TryStartAsync(client, start, root, prefix, known, cancellationToken).ConfigureAwait(false);
            foreach (var found in page.Objects)
            {
                if (startAfter is null || ObjectKey.CompareUtf8(found.Key, startAfter) > 0)
                    yield return found;
            }

            marker = page.Next;
        } while (marker is not null);
    }

    // Asked as it will be: for a name that is not there, after which the known one comes.
    private static async Task TryStartAsync(BucketClient client, ListStart start, string root, string prefix, string known, CancellationToken cancellationToken)
    {
        try
        {
            var page = await FetchAsync(client, root, prefix, marker: null, maxResults: 1, cancellationToken, known[..^1]).ConfigureAwait(false);
            start.Learn(known, page.Objects is [var first, ..] ? first.Key : null);
        }
        catch (ObjectStorageException)
        {
            // A version of the service that does not know this, or a store that is away: the list itself goes on as ever.
        }
    }

    /// <summary>
    /// A part of the list, which begins where the store's own mark says: without one, and with a key that all sort after, the store goes through all that is before.
    /// </summary>
    public static async Task<ObjectPage> ReadPageAsync(
        BucketClient client,
        string root,
        string prefix,
        ListPosition? from,
        int limit,
        CancellationToken cancellationToken
    )
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        var found = new List<ObjectInfo>();
        var isWithin = from?.Mark is not (null or [AllFollows, ..]);
        var marker = from?.Mark is [AllFollows, .. var after] ? after : from?.Mark;
        // Where the rest begins within a page, that was hardly larger than what is asked for now.
        int? maxResults = from is { Mark: null } ? null : (int)Math.Min(isWithin ? 2L * limit : limit, MostResults);
        while (true)
        {
            var page = await FetchAsync(client, root, prefix, marker, maxResults, cancellationToken).ConfigureAwait(false);
            if (isWithin && maxResults is not null && page.Next is not null && !page.Objects.Exists(item => item.Key == from!.After))
            {
                maxResults = null;
                continue;
            }

            var rest = from switch
            {
                { Mark: null } => page.Objects.Where(item => ObjectKey.CompareUtf8(item.Key, from.After) > 0),
                not null when isWithin => Following(page.Objects, from.After),
                _ => page.Objects,
            };
            isWithin = false;
            foreach (var item in rest)
            {
                // The rest begins within this page, which is then read again.
                if (found.Count == limit)
                    return new ObjectPage(found, new ListPosition(found[^1].Key, marker));
                found.Add(item);
            }

            if (page.Next is null)
                return new ObjectPage(found, null);
            if (found.Count == limit)
                return new ObjectPage(found, new ListPosition(found[^1].Key, AllFollows + page.Next));
            // A page may hold nothing but folders, which a small one after the other would take very long to pass.
            if (found.Count == 0)
                maxResults = null;
            marker = page.Next;
        }
    }

    // An account with folders lists what is in one before names that sort between the folder's and its slash, so the place in the page counts. Where the key is gone
    // that was told last, only what comes before it in either order was told.
    private static IEnumerable<ObjectInfo> Following(List<ObjectInfo> objects, string after) =>
        objects.FindIndex(item => item.Key == after) is var place and >= 0
            ? objects.Skip(place + 1)
            : objects.Where(item => ObjectKey.CompareUtf8(item.Key, after) > 0 || ObjectKey.CompareUtf8(ByFolder(item.Key), ByFolder(after)) > 0);

    // No key has the character of that number.
    private static string ByFolder(string key) => key.Replace('/', '\u0001');

    private static async Task<Page> FetchAsync(
        BucketClient client,
        string root,
        string prefix,
        string? marker,
        int? maxResults,
        CancellationToken cancellationToken,
        string? from = null
    )
    {
        var request = new BucketRequest(HttpMethod.Get, key: null, "list") { Query = [("restype", "container"), ("comp", "list")] };
        if (root.Length + prefix.Length > 0)
            request.Query.Add(("prefix", root + prefix));
        if (marker is not null)
            request.Query.Add(("marker", marker));
        if (maxResults is { } most)
            request.Query.Add(("maxresults", most.ToString(CultureInfo.InvariantCulture)));
        // A mark tells the place alone; it is told to the version of the service that gave it.
        if (from is not null)
            ListStart.Add(request, marker is null ? root + from : null);
        var page = await client.SendAsync(request, reader => ReadPageAsync(reader, root), cancellationToken).ConfigureAwait(false);
        return page.Next is null || page.Next != marker
            ? page
            : throw new ObjectStorageException(ObjectStorageError.Unavailable, $"Could not list '{client.AddressOf(root)}': the store repeats a page.");
    }

    private static async Task<Page> ReadPageAsync(XmlReader reader, string root)
    {
        var objects = new List<ObjectInfo>();
        string? next = null;
        await reader.MoveToContentAsync().ConfigureAwait(false);
        await reader.ReadAsync().ConfigureAwait(false);
        while (!reader.EOF)
        {
            switch (reader.NodeType == XmlNodeType.Element ? reader.LocalName : null)
            {
                case "Blob":
                    if (await ReadBlobAsync(reader, root).ConfigureAwait(false) is { } found)
                        objects.Add(found);
                    break;
                case "NextMarker":
                    next = await reader.ReadElementContentAsStringAsync().ConfigureAwait(false);
                    break;
                case null or "Blobs":
                    await reader.ReadAsync().ConfigureAwait(false);
                    break;
                default:
                    await reader.SkipAsync().ConfigureAwait(false);
                    break;
            }
        }

        return new Page(objects, string.IsNullOrEmpty(next) ? null : next);
    }

    private static async Task<ObjectInfo?> ReadBlobAsync(XmlReader reader, string root)
    {
        var name = "";
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        using var inner = reader.ReadSubtree();
        await inner.ReadAsync().ConfigureAwait(false);
        await inner.ReadAsync().ConfigureAwait(false);
        while (!inner.EOF)
        {
            switch (inner.NodeType == XmlNodeType.Element ? inner.LocalName : null)
            {
                case "Name":
                    var isEncoded = inner.GetAttribute("Encoded") == "true";
                    name = await inner.ReadElementContentAsStringAsync().ConfigureAwait(false);
                    if (isEncoded)
                        name = Uri.UnescapeDataString(name);
                    break;
                case "Last-Modified" or "Content-Length" or "ResourceType":
                    var field = inner.LocalName;
                    fields[field] = await inner.ReadElementContentAsStringAsync().ConfigureAwait(false);
                    break;
                case null or "Properties":
                    await inner.ReadAsync().ConfigureAwait(false);
                    break;
                default:
                    await inner.SkipAsync().ConfigureAwait(false);
                    break;
            }
        }

        // Folders of a hierarchical account are listed like blobs.
        if (
            fields.GetValueOrDefault("ResourceType") == "directory"
            || !name.StartsWith(root, StringComparison.Ordinal)
            || !ObjectKey.IsValid(name[root.Length..])
        )
            return null;
        return new ObjectInfo(
            name[root.Length..],
            long.Parse(fields.GetValueOrDefault("Content-Length") ?? throw new FormatException("a blob has no Content-Length."), NumberStyles.None),
            DateTimeOffset.Parse(
                fields.GetValueOrDefault("Last-Modified") ?? throw new FormatException("a blob has no Last-Modified."),
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal
            )
        );
    }
}
