using System.Collections.Concurrent;
using System.Text;
using Microsoft.Extensions.Options;
using Tideway.DeltaSharing.Client;
using Tideway.DeltaSharing.Client.Credentials;
using Tideway.DeltaSharing.Client.Downloads;
using Tideway.DeltaSharing.Client.Transport;
using Tideway.DeltaSharing.Protocol;
using Tideway.Hosting.Secrets;
using Tideway.InboundSync.Runs;

namespace Tideway.InboundSync.Providers;

/// <summary>Connections to providers, all through one handler that follows no redirects and, unless allowed, leaves private addresses alone.</summary>
public sealed class ProviderConnections : IDisposable
{
    private const int MaxCredentials = 10_000;

    private readonly DeltaSharingClientOptions options;
    private readonly SyncOptions settings;
    private readonly SecretProtector secrets;
    private readonly TimeProvider time;

    // By the sealed profile, so that a new one brings a new credential. Tokens are remembered in there: asking for one on every connection would be a flood.
    private readonly ConcurrentDictionary<string, SharingCredential> credentials = new(StringComparer.Ordinal);

    /// <summary>Makes the handler; connections are opened when needed.</summary>
    public ProviderConnections(IOptions<SyncOptions> options, SecretProtector secrets, TimeProvider time)
    {
        settings = options.Value;
        this.options = Options(settings.RequestRetries, []);
        this.secrets = secrets;
        this.time = time;
        // The client counts its own time; a download may take hours.
        Http = new HttpClient(SharingHandler.Create(this.options)) { Timeout = Timeout.InfiniteTimeSpan };
        Downloader = new FileDownloader(Http, this.options, time);
        Ranges = new RangeReader(Http, this.options, time);
    }

    /// <summary>Downloads files by signed URLs.</summary>
    public FileDownloader Downloader { get; }

    /// <summary>Reads parts of files by signed URLs.</summary>
    public RangeReader Ranges { get; }

    internal HttpClient Http { get; }

    /// <summary>A client with the credential of the provider, for tables that need no more of their reader than <paramref name="readerFeatures"/>.</summary>
    public DeltaSharingClient Connect(Provider provider, IReadOnlyCollection<string> readerFeatures) =>
        new(Http, new Uri(provider.Endpoint), Credential(provider), Options(settings.RequestRetries, readerFeatures), time);

    /// <summary>As <see cref="Connect"/>, for questions whose asker waits: what fails is told soon.</summary>
    public DeltaSharingClient ConnectBriefly(Provider provider, IReadOnlyCollection<string> readerFeatures) =>
        new(Http, new Uri(provider.Endpoint), Credential(provider), Options(Math.Min(settings.RequestRetries, 1), readerFeatures), time);

    /// <summary>Puts the credential of the provider on a request that is none of the protocol's.</summary>
    public ValueTask AuthorizeAsync(Provider provider, HttpRequestMessage request, CancellationToken cancellationToken) =>
        Credential(provider).AuthorizeAsync(request, cancellationToken);

    /// <summary>What is wrong with a profile, or <see langword="null"/>.</summary>
    public string? Fault(SharingProfile profile)
    {
        try
        {
            _ = new DeltaSharingClient(Http, profile, options, time);
            return null;
        }
        catch (DeltaSharingException exception)
        {
            return exception.Message;
        }
    }

    /// <summary>The profile file as the database may hold it.</summary>
    public string Seal(SharingProfile profile, Guid providerId) =>
        secrets.Protect(Encoding.UTF8.GetString(profile.ToJson()), Provider.SecretPurpose, providerId.ToString());

    /// <inheritdoc />
    public void Dispose() => Http.Dispose();

    private SharingCredential Credential(Provider provider)
    {
        if (credentials.TryGetValue(provider.Profile, out var known))
            return known;
        // Those of profiles that were replaced are not looked for again; they go when there are many.
        if (credentials.Count >= MaxCredentials)
            credentials.Clear();
        return credentials.GetOrAdd(provider.Profile, _ => SharingCredential.Of(Http, Profile(provider), options, time));
    }

    private DeltaSharingClientOptions Options(int retries, IReadOnlyCollection<string> readerFeatures) =>
        new()
        {
            AllowInsecureHttp = settings.AllowInsecureHttp,
            AllowPrivateAddresses = settings.AllowPrivateAddresses,
            PrivateKeyFolder = settings.PrivateKeyFolder,
            MaxRetries = retries,
            SettingPrefix = SyncOptions.Section + ":",
            ResponseFormats = ResponseFormats.Parquet | ResponseFormats.Delta,
            ReaderFeatures = readerFeatures,
            // The same in either format: a table that comes in the other one from a version on has the files that it had.
            FileIdHash = FileIdScheme.Parquet,
        };

    private SharingProfile Profile(Provider provider) =>
        SharingProfile.Parse(Encoding.UTF8.GetBytes(secrets.Unprotect(provider.Profile, Provider.SecretPurpose, provider.ProviderId.ToString())));
}
