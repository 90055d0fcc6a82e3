using System.Security.Cryptography;
using Tideway.ObjectStorage.Buckets;

namespace Tideway.ObjectStorage.S3;

/// <summary>Signs each request with the credentials as they are now.</summary>
internal sealed class S3Dialect(AwsCredentialSource credentials, SigningKeys keys, TimeProvider time) : IBucketDialect
{
    public string WriteIdHeader => "x-amz-meta-tideway-write";

    public (string Name, string Value) OnlyIfAbsent => ("if-none-match", "*");

    public async ValueTask AuthorizeAsync(HttpRequestMessage message, BucketRequest request, BucketEndpoint endpoint, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var who = await credentials.GetAsync(cancellationToken).ConfigureAwait(false);
        var timeText = now.UtcDateTime.ToString(RequestSignature.TimeFormat);
        var payloadHash = request.Body.IsEmpty ? RequestSignature.EmptyPayloadHash : Convert.ToHexStringLower(SHA256.HashData(request.Body.Span));
        List<(string Name, string Value)> added = [("x-amz-content-sha256", payloadHash), ("x-amz-date", timeText)];
        if (who.SessionToken is { } token)
            added.Add(("x-amz-security-token", token));
        foreach (var (name, value) in added)
            message.Headers.TryAddWithoutValidation(name, value);

        var authorization = RequestSignature.Authorization(
            keys.Of(who, now),
            timeText,
            request.Method.Method,
            request.PathIn(endpoint),
            request.CanonicalQuery(),
            [("host", endpoint.Host), .. added, .. request.Headers],
            payloadHash
        );
        message.Headers.TryAddWithoutValidation("authorization", authorization);
    }
}
