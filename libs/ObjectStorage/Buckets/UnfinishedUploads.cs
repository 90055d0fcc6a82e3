using System.Globalization;
using System.Xml;

namespace Tideway.ObjectStorage.Buckets;

/// <summary>Finds and aborts the multipart uploads of writers that were killed.</summary>
internal static class UnfinishedUploads
{
    private sealed record Upload(string Key, string Id, DateTimeOffset Begun);

    private sealed record Page(List<Upload> Uploads, string? NextKey, string? NextId);

    public static async Task<int> AbortAsync(
        BucketClient client,
        string root,
        DateTimeOffset before,
        Func<string, bool>? isOurs,
        CancellationToken cancellationToken
    )
    {
        var count = 0;
        string? key = null,
            id = null;
        do
        {
            var request = new BucketRequest(HttpMethod.Get, key: null, "list the uploads of") { Query = [("uploads", ""), ("prefix", root)] };
            if (key is not null)
                request.Query.Add(("key-marker", key));
            if (id is not null)
                request.Query.Add(("upload-id-marker", id));
            var page = await client.SendAsync(request, ReadPageAsync, cancellationToken).ConfigureAwait(false);
            foreach (var upload in page.Uploads.Where(upload => upload.Begun < before && IsOurs(upload.Key)))
            {
                var abort = new BucketRequest(HttpMethod.Delete, upload.Key, "abort the upload of") { Query = [("uploadId", upload.Id)] };
                await client.SendAsync(abort, cancellationToken).ConfigureAwait(false);
                count++;
            }

            (key, id) = page.NextKey == key && page.NextId == id ? (null, null) : (page.NextKey, page.NextId);
        } while (key is not null);

        return count;

        bool IsOurs(string key) => key.StartsWith(root, StringComparison.Ordinal) && isOurs?.Invoke(key[root.Length..]) != false;
    }

    private static async Task<Page> ReadPageAsync(XmlReader reader)
    {
        var uploads = new List<Upload>();
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        string? parent = null;
        await reader.MoveToContentAsync().ConfigureAwait(false);
        await reader.ReadAsync().ConfigureAwait(false);
        while (!reader.EOF)
        {
            if (reader is { NodeType: XmlNodeType.EndElement, LocalName: "Upload" })
            {
                uploads.Add(
                    new Upload(
                        fields["Upload/Key"],
                        fields["Upload/UploadId"],
                        DateTimeOffset.Parse(fields["Upload/Initiated"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal)
                    )
                );
                parent = null;
            }
            else if (reader is { NodeType: XmlNodeType.Element, LocalName: "Upload" })
            {
                parent = "Upload/";
            }
            else if (reader.NodeType == XmlNodeType.Element)
            {
                var name = reader.LocalName;
                if (name is "Key" or "UploadId" or "Initiated" or "NextKeyMarker" or "NextUploadIdMarker" or "IsTruncated")
                {
                    fields[parent + name] = await reader.ReadElementContentAsStringAsync().ConfigureAwait(false);
                    continue;
                }

                if (parent is not null || name != "Upload")
                {
                    await reader.SkipAsync().ConfigureAwait(false);
                    continue;
                }
            }

            await reader.ReadAsync().ConfigureAwait(false);
        }

        var isTruncated = fields.GetValueOrDefault("IsTruncated") == "true";
        return new Page(
            uploads,
            isTruncated ? fields.GetValueOrDefault("NextKeyMarker") : null,
            isTruncated ? fields.GetValueOrDefault("NextUploadIdMarker") : null
        );
    }
}
