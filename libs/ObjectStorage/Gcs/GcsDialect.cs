using System.Net.Http.Headers;
using Tideway.ObjectStorage.Buckets;
using Tideway.ObjectStorage.Http;

namespace Tideway.ObjectStorage.Gcs;

/// <summary>The XML interface of Google Cloud Storage with a token of the service account. See <see href="https://cloud.google.com/storage/docs/xml-api/overview">XML API</see>.</summary>
internal sealed class GcsDialect(TokenEndpoint tokens) : IBucketDialect
{
    public string WriteIdHeader => "x-goog-meta-tideway-write";

    public (string Name, string Value) OnlyIfAbsent => ("x-goog-if-generation-match", "0");

    // See https://cloud.google.com/storage/docs/request-preconditions: uploads in parts take none.
    public bool TakesConditionOfUploads => false;

    public async ValueTask AuthorizeAsync(HttpRequestMessage message, BucketRequest request, BucketEndpoint endpoint, CancellationToken cancellationToken) =>
        message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await tokens.GetAsync(cancellationToken).ConfigureAwait(false));
}
