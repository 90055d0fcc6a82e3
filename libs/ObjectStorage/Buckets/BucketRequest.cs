using Tideway.ObjectStorage.Http;

namespace Tideway.ObjectStorage.Buckets;

/// <summary>A request about a bucket, or about an object of it.</summary>
internal sealed class BucketRequest(HttpMethod method, string? key, string action)
{
    public HttpMethod Method { get; } = method;

    /// <summary>The object's whole key; null where the request is about the bucket.</summary>
    public string? Key { get; } = key;

    /// <summary>What is done, for messages.</summary>
    public string Action { get; } = action;

    public List<(string Name, string Value)> Query { get; init; } = [];

    /// <summary>Headers besides those of the signature; lower-case names.</summary>
    public List<(string Name, string Value)> Headers { get; init; } = [];

    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>Whether a conflict only means that others wrote the object at the same moment.</summary>
    public bool RepeatsOnConflict { get; init; }

    /// <summary>The query in the one order and form that is signed.</summary>
    public string CanonicalQuery() =>
        string.Join(
            '&',
            Query
                .Select(pair => (Name: PercentEncoding.Value(pair.Name), Value: PercentEncoding.Value(pair.Value)))
                .OrderBy(pair => pair.Name, StringComparer.Ordinal)
                .ThenBy(pair => pair.Value, StringComparer.Ordinal)
                .Select(pair => $"{pair.Name}={pair.Value}")
        );

    public string PathIn(BucketEndpoint endpoint) => Key is null ? endpoint.PathPrefix : endpoint.PathPrefix + PercentEncoding.Path(Key);
}
