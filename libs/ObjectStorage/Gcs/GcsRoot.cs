using Tideway.ObjectStorage.Buckets;
using Tideway.ObjectStorage.Http;
using Tideway.ObjectStorage.Roots;
using Tideway.ObjectStorage.Signing;
using Tideway.ObjectStorage.Temporary;

namespace Tideway.ObjectStorage.Gcs;

/// <summary>A root in a bucket of Google Cloud Storage.</summary>
internal sealed class GcsRoot : IRemoteRoot
{
    private const string KeyFileVariable = "GOOGLE_APPLICATION_CREDENTIALS";
    private const string Scope = "https://www.googleapis.com/auth/devstorage.read_write https://www.googleapis.com/auth/cloud-platform";

    private static readonly Uri DefaultEndpoint = new("https://storage.googleapis.com");

    private readonly TimeProvider time;
    private readonly BucketEndpoint endpoint;
    private readonly ServiceAccount account;
    private readonly GcsPresigner presigner;
    private readonly BucketClient client;
    private readonly XmlBucketContent content;
    private readonly TokenEndpoint tokens;

    public GcsRoot(RemoteLocation location, StorageAccessOptions options, TimeProvider time, StoreHttp http, Func<string, string?>? environment = null)
    {
        Location = location;
        this.time = time;
        Http = http;
        var path =
            options.ServiceAccountFile
            ?? (environment ?? Environment.GetEnvironmentVariable)(KeyFileVariable)
            ?? throw new ObjectStorageException(
                ObjectStorageError.AccessDenied,
                $"The storage root at '{location.At("")}' has no credentials: set ServiceAccountFile, or {KeyFileVariable} in the environment."
            );
        account = ServiceAccount.Read(path);
        endpoint = BucketEndpoint.Of(options.Endpoint ?? DefaultEndpoint, location.Bucket, isPathStyle: true);
        presigner = new GcsPresigner(account, endpoint);
        tokens = new TokenEndpoint(
            http,
            account.TokenUri,
            () => [("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"), ("assertion", account.Assertion(Scope, time.GetUtcNow()))]
        );
        client = new BucketClient(endpoint, new GcsDialect(tokens), http, $"{location.Scheme}://{location.Bucket}");
        content = new XmlBucketContent(client);
        Conditions = ConditionalWrites.Of(Open(""));
        TemporaryCredentials = new DownscopedToken(location, options.StsEndpoint ?? DownscopedToken.DefaultEndpoint, tokens, http);
    }

    public RemoteLocation Location { get; }

    public StoreHttp Http { get; }

    public string Identity => $"the service account {account.Email}";

    public string? RenewalFault => tokens.RenewalFault;

    public ITemporaryCredentials? TemporaryCredentials { get; }

    public ConditionalWrites Conditions { get; }

    public IObjectStore Open(string relativePath) =>
        new BucketObjectStore(client, Location.At(relativePath), Location.Prefix(relativePath), content, conditions: null);

    public ValueTask PrepareSigningAsync(TimeSpan lifetime, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public SignedUrl Sign(string folder, string key, TimeSpan lifetime)
    {
        var now = time.GetUtcNow();
        var from = now.ToUnixTimeSeconds();
        // Rounded up: whoever asks for a lifetime gets at least that, within what the store takes.
        var seconds = (int)Math.Min(GcsPresigner.MaxSeconds, Math.Ceiling(((now + lifetime) - DateTimeOffset.FromUnixTimeSeconds(from)).TotalSeconds));
        var path = endpoint.PathPrefix + PercentEncoding.Path(Location.Prefix(folder) + key);
        return new SignedUrl(presigner.Sign(new SignedCall("GET", path), now, seconds), DateTimeOffset.FromUnixTimeSeconds(from + seconds));
    }

    public string? Advise(ObjectStorageException failure) =>
        failure.Message switch
        {
            var text when text.Contains("SignatureDoesNotMatch", StringComparison.Ordinal) => "check that the service account's key is not revoked",
            var text when text.Contains("NoSuchBucket", StringComparison.Ordinal) => "check the bucket's name",
            var text when text.Contains("invalid_grant", StringComparison.Ordinal) => "check the service account's key, and this machine's clock",
            _ when failure.Error == ObjectStorageError.AccessDenied =>
                $"give {account.Email} the role Storage Object Viewer on the bucket (Storage Object User where objects are written)",
            _ when failure.Error == ObjectStorageError.Unavailable => "check Endpoint and the network",
            _ => null,
        };

    public void Dispose()
    {
        client.Dispose();
        account.Dispose();
    }
}
