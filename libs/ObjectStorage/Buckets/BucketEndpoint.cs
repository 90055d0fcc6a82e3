using Tideway.ObjectStorage.Http;

namespace Tideway.ObjectStorage.Buckets;

/// <summary>Where the objects of a bucket are reached: the bucket's name is part of the host, or the first segment of the path.</summary>
internal sealed class BucketEndpoint
{
    private BucketEndpoint(string scheme, string host, string pathPrefix, string bucket)
    {
        Host = host;
        Origin = $"{scheme}://{host}";
        PathPrefix = pathPrefix;
        Bucket = bucket;
    }

    /// <summary>The bucket's name.</summary>
    public string Bucket { get; }

    /// <summary>Scheme, host and port.</summary>
    public string Origin { get; }

    /// <summary>The header <c>Host</c>: with the port where it is not the scheme's own.</summary>
    public string Host { get; }

    /// <summary>The host without a port.</summary>
    public string HostName => Host.LastIndexOf(':') is var colon && colon > Host.LastIndexOf(']') ? Host[..colon] : Host;

    /// <summary>The path before a key; starts and ends with a slash.</summary>
    public string PathPrefix { get; }

    /// <param name="endpoint">The store's address, without query and fragment.</param>
    /// <param name="bucket">The bucket's name.</param>
    /// <param name="isPathStyle">Whether the bucket's name goes into the path.</param>
    public static BucketEndpoint Of(Uri endpoint, string bucket, bool isPathStyle)
    {
        var host = EndpointHost.Of(endpoint);
        var path = endpoint.AbsolutePath.TrimEnd('/') + "/";
        if (!isPathStyle && endpoint.HostNameType is UriHostNameType.IPv4 or UriHostNameType.IPv6)
            throw new ObjectStorageException(
                ObjectStorageError.InvalidKey,
                $"The bucket '{bucket}' cannot be a part of the host {host}, which is an address and no name: set PathStyle to true."
            );
        return isPathStyle
            ? new BucketEndpoint(endpoint.Scheme, host, $"{path}{bucket}/", bucket)
            : new BucketEndpoint(endpoint.Scheme, $"{bucket}.{host}", path, bucket);
    }

    /// <summary>The store itself, for requests about no bucket.</summary>
    public static BucketEndpoint OfService(Uri endpoint) => new(endpoint.Scheme, EndpointHost.Of(endpoint), endpoint.AbsolutePath.TrimEnd('/') + "/", "");
}
