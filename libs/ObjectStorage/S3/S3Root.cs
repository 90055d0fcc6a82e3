using Tideway.ObjectStorage.Buckets;
using Tideway.ObjectStorage.Http;
using Tideway.ObjectStorage.Roots;
using Tideway.ObjectStorage.Signing;
using Tideway.ObjectStorage.Temporary;

namespace Tideway.ObjectStorage.S3;

/// <summary>A root in S3, or in a store that speaks its language.</summary>
internal sealed class S3Root : IRemoteRoot
{
    private const string DefaultRegion = "us-east-1";

    private readonly TimeProvider time;
    private readonly AwsCredentialSource credentials;
    private readonly S3Presigner presigner;
    private readonly BucketClient client;
    private readonly XmlBucketContent content;

    public S3Root(
        RemoteLocation location,
        StorageAccessOptions options,
        TimeProvider time,
        StoreHttp http,
        Func<string, string?>? environment = null,
        Func<StoreHttp>? metadataHttp = null
    )
    {
        Location = location;
        this.time = time;
        Http = http;
        environment ??= Environment.GetEnvironmentVariable;
        var region = RegionOf(location, options, environment);
        var endpoint = EndpointOf(location.Bucket, region, options);
        var sts = options.StsEndpoint ?? options.Endpoint ?? new Uri($"https://sts.{region}.{DomainOf(region)}");
        credentials = new AwsCredentialSource(options, time, environment, (sts, http), metadataHttp);
        var keys = new SigningKeys(region, "s3");
        presigner = new S3Presigner(endpoint, keys, location.Path);
        client = new BucketClient(endpoint, new S3Dialect(credentials, keys, time), http, $"{location.Scheme}://{location.Bucket}");
        content = new XmlBucketContent(client);
        var whole = new BucketObjectStore(client, location.At(""), location.Prefix(""), content, conditions: null);
        Conditions = ConditionalWrites.Of(whole);
        if (options.RoleArn is { Length: > 0 } role)
            TemporaryCredentials = new AssumedRole(sts, role, options.RoleExternalId, location, credentials, new SigningKeys(region, "sts"), http);
    }

    public RemoteLocation Location { get; }

    public StoreHttp Http { get; }

    public ITemporaryCredentials? TemporaryCredentials { get; }

    public ConditionalWrites Conditions { get; }

    public IObjectStore Open(string relativePath) =>
        new BucketObjectStore(client, Location.At(relativePath), Location.Prefix(relativePath), content, Conditions);

    public string Identity => credentials.Name;

    public string? RenewalFault => credentials.RenewalFault;

    public async ValueTask PrepareSigningAsync(TimeSpan lifetime, CancellationToken cancellationToken) =>
        await credentials.GetFreshAsync(cancellationToken).ConfigureAwait(false);

    public SignedUrl Sign(string folder, string key, TimeSpan lifetime) => Sign("GET", folder, key, lifetime);

    /// <summary>A URL for one method; a store refuses it for another.</summary>
    public SignedUrl Sign(string method, string folder, string key, TimeSpan lifetime)
    {
        var (now, who) = (time.GetUtcNow(), credentials.Current());
        var from = now.ToUnixTimeSeconds();
        // Rounded up: whoever asks for a lifetime gets at least that, within what a store takes.
        var seconds = (int)Math.Min(S3Presigner.MaxSeconds, Math.Ceiling(((now + lifetime) - DateTimeOffset.FromUnixTimeSeconds(from)).TotalSeconds));
        // And no longer than the store takes it for: what temporary credentials signed ends with them.
        if (who.ExpiresAt is { } end && end.ToUnixTimeSeconds() - from < seconds)
            seconds = (int)(end.ToUnixTimeSeconds() - from);
        if (seconds <= 0)
            throw new ObjectStorageException(
                ObjectStorageError.AccessDenied,
                $"Could not sign an address in '{Location.At("")}': the temporary credentials ended at {who.ExpiresAt:u}. {credentials.RenewalFault ?? "Renew them."}"
            );
        return new SignedUrl(presigner.Sign(method, folder, key, now, seconds, who), DateTimeOffset.FromUnixTimeSeconds(from + seconds));
    }

    public string? Advise(ObjectStorageException failure) =>
        failure.Message switch
        {
            var text when text.Contains("There are no credentials", StringComparison.Ordinal) =>
                "give the process a role (in a container on an instance, that one's metadata options need a hop limit of 2), or set AccessKeyId and SecretAccessKey",
            var text when text.Contains("exceeds the MaxSessionDuration", StringComparison.Ordinal) =>
                "raise the maximum session duration of the role, or lower WebIdentityLifetime",
            var text when text.Contains("with the token in", StringComparison.Ordinal) =>
                "check the role's trust policy, the token's audience, and that the security token service is reached",
            var text when text.Contains("credentials of the container", StringComparison.Ordinal) =>
                "check the role of the task, or the association of the pod",
            var text when text.Contains("SignatureDoesNotMatch", StringComparison.Ordinal) =>
                "check SecretAccessKey, Region, and that nothing between changes the host or the path",
            var text when text.Contains("InvalidAccessKeyId", StringComparison.Ordinal) => "check AccessKeyId and Endpoint",
            var text
                when text.Contains("AuthorizationHeaderMalformed", StringComparison.Ordinal) || text.Contains("PermanentRedirect", StringComparison.Ordinal) =>
                "set Region to that of the bucket",
            var text when text.Contains("ExpiredToken", StringComparison.Ordinal) => "renew the temporary credentials",
            var text when text.Contains("RequestTimeTooSkewed", StringComparison.Ordinal) => "set this machine's clock",
            var text when text.Contains("NoSuchBucket", StringComparison.Ordinal) => "check the bucket's name, Endpoint and PathStyle",
            _ when failure.Error == ObjectStorageError.AccessDenied =>
                "allow s3:ListBucket on the bucket and s3:GetObject on its objects (s3:PutObject where they are written)",
            _ when failure.Error == ObjectStorageError.Unavailable => "check Endpoint, PathStyle and the network",
            _ => null,
        };

    public void Dispose()
    {
        client.Dispose();
        credentials.Dispose();
    }

    private static string RegionOf(RemoteLocation location, StorageAccessOptions options, Func<string, string?> environment)
    {
        var region = options.Region ?? environment("AWS_REGION") ?? environment("AWS_DEFAULT_REGION") ?? (options.Endpoint is null ? null : DefaultRegion);
        if (string.IsNullOrEmpty(region) || region.Any(c => !char.IsAsciiLetterOrDigit(c) && c != '-'))
            throw new ObjectStorageException(
                ObjectStorageError.InvalidKey,
                $"Expected the region of '{location.At("")}', such as eu-central-1, got '{ObjectKey.Printable(region ?? "")}': set Region, or Endpoint for a store of your own."
            );
        return region;
    }

    private static BucketEndpoint EndpointOf(string bucket, string region, StorageAccessOptions options)
    {
        if (options.Endpoint is { } own)
            return BucketEndpoint.Of(own, bucket, options.PathStyle ?? true);
        // A dot in the name is no part of the certificate's wildcard.
        return BucketEndpoint.Of(new Uri($"https://s3.{region}.{DomainOf(region)}"), bucket, options.PathStyle ?? bucket.Contains('.'));
    }

    private static string DomainOf(string region) => region.StartsWith("cn-", StringComparison.Ordinal) ? "amazonaws.com.cn" : "amazonaws.com";
}
