using Tideway.ObjectStorage.Buckets;
using Tideway.ObjectStorage.Http;
using Tideway.ObjectStorage.Roots;
using Tideway.ObjectStorage.Signing;
using Tideway.ObjectStorage.Temporary;

namespace Tideway.ObjectStorage.Azure;

/// <summary>A root in a container of Azure Blob Storage, hierarchical or not.</summary>
internal sealed class AzureRoot : IRemoteRoot
{
    private static readonly EnvironmentUrl AuthorityHost = new("AZURE_AUTHORITY_HOST");

    private readonly TimeProvider time;
    private readonly BucketEndpoint endpoint;
    private readonly BucketClient client;
    private readonly ContainerContent content;
    private readonly AzureAccount? account;
    private readonly UserDelegationKeys? delegation;
    private readonly string? sasToken;
    private readonly IAzureTokens? tokens;
    private readonly StoreHttp? metadata;

    public AzureRoot(
        RemoteLocation location,
        StorageAccessOptions options,
        TimeProvider time,
        StoreHttp http,
        Func<string, string?>? environment = null,
        Func<StoreHttp>? metadataHttp = null
    )
    {
        environment ??= Environment.GetEnvironmentVariable;
        this.time = time;
        Http = http;
        var name = AccountName(location, options);
        Location = location with { Account = name };
        var service = options.Endpoint ?? new Uri("https://" + (location.Host is { } host ? BlobHost(host) : $"{name}.blob.core.windows.net"));
        endpoint = BucketEndpoint.Of(service, location.Bucket, isPathStyle: true);

        if (!string.IsNullOrEmpty(options.AccountKey))
        {
            account = new AzureAccount(name, options.AccountKey);
        }
        else if (!string.IsNullOrEmpty(options.ClientId) && !string.IsNullOrEmpty(options.TenantId) && !string.IsNullOrEmpty(options.ClientSecret))
        {
            tokens = ApplicationTokens.OfSecret(http, AuthorityOf(options, environment), options.TenantId, options.ClientId, options.ClientSecret);
        }
        else if (options.SasToken is { Length: > 0 } given)
        {
            sasToken = given.TrimStart('?');
        }
        else if (WorkloadIdentityOf(options, environment) is var (tenantId, clientId, tokenFile))
        {
            tokens = ApplicationTokens.OfTokenFile(http, AuthorityOf(options, environment), tenantId, clientId, tokenFile);
        }
        else if (!string.IsNullOrEmpty(options.TenantId) || !string.IsNullOrEmpty(options.ClientSecret))
        {
            throw new ObjectStorageException(
                ObjectStorageError.AccessDenied,
                $"The storage root at '{location.At("")}' has no credentials: set AccountKey, or TenantId, ClientId and ClientSecret, or SasToken; or none of them where the process has an identity of its own."
            );
        }
        else
        {
            metadata = metadataHttp?.Invoke() ?? MetadataHttp.New(time);
            tokens = ManagedIdentityTokens.Of(FirstOf(options.ClientId, environment("AZURE_CLIENT_ID")), environment, metadata);
        }

        var dialect = new AzureDialect(account, tokens, sasToken, time);
        client = new BucketClient(endpoint, dialect, http, location.At("").GetLeftPart(UriPartial.Authority));
        content = new ContainerContent(client);
        Conditions = ConditionalWrites.Of(Open(""));
        if (tokens is not null)
        {
            var accountClient = new BucketClient(BucketEndpoint.OfService(service), dialect, http, $"account {name}");
            delegation = new UserDelegationKeys(accountClient, name, time);
            TemporaryCredentials = new DirectorySas(Location, delegation, accountClient, Protocol, time);
        }
    }

    public RemoteLocation Location { get; }

    public StoreHttp Http { get; }

    public string Identity =>
        account is not null ? "the key of the account"
        : tokens is not null ? tokens.Name
        : "a shared access signature";

    public string? RenewalFault => tokens?.RenewalFault ?? delegation?.RenewalFault;

    public ITemporaryCredentials? TemporaryCredentials { get; }

    public ConditionalWrites Conditions { get; }

    // Over plain http only a local emulator is reached.
    private string? Protocol => endpoint.Origin.StartsWith("https:", StringComparison.Ordinal) ? "https" : null;

    public IObjectStore Open(string relativePath) =>
        new BucketObjectStore(client, Location.AtAccount(relativePath), Location.Prefix(relativePath), content, conditions: null);

    public async ValueTask PrepareSigningAsync(TimeSpan lifetime, CancellationToken cancellationToken)
    {
        if (delegation is not null)
            await delegation.PrepareAsync(lifetime, cancellationToken).ConfigureAwait(false);
    }

    public SignedUrl Sign(string folder, string key, TimeSpan lifetime)
    {
        var whole = Location.Prefix(folder) + key;
        var address = $"{endpoint.Origin}{endpoint.PathPrefix}{PercentEncoding.Path(whole)}?";
        // It is good for the whole container and not for one blob: whoever had an address could read every other table.
        if (sasToken is not null)
            throw new ObjectStorageException(
                ObjectStorageError.AccessDenied,
                $"Addresses of what is in '{Location.At("")}' cannot be given out with a SasToken: set AccountKey, or TenantId, ClientId and ClientSecret."
            );
        // Rounded up: whoever asks for a lifetime gets at least that.
        var expiresAt = DateTimeOffset.FromUnixTimeSeconds((time.GetUtcNow() + lifetime + TimeSpan.FromSeconds(1) - TimeSpan.FromTicks(1)).ToUnixTimeSeconds());
        var grant = new SasGrant("b", "r", $"{Location.Bucket}/{whole}");
        var query = account is not null
            ? SharedAccessSignature.OfAccount(account, grant, expiresAt, Protocol)
            : SharedAccessSignature.OfUser(delegation!.Current(expiresAt), grant, expiresAt, Protocol);
        return new SignedUrl(address + query, expiresAt);
    }

    public string? Advise(ObjectStorageException failure) =>
        failure.Message switch
        {
            var text when text.Contains("get a token of the managed identity", StringComparison.Ordinal) =>
                "give the machine or app that identity (ClientId says which of several), or set AccountKey, or TenantId, ClientId and ClientSecret",
            var text when text.Contains("AuthenticationFailed", StringComparison.Ordinal) =>
                "check AccountKey (or the SasToken and its expiry) and this machine's clock",
            var text when text.Contains("AuthorizationPermissionMismatch", StringComparison.Ordinal) =>
                "give the application the role Storage Blob Data Reader (Contributor where blobs are written) and Storage Blob Delegator",
            var text when text.Contains("ContainerNotFound", StringComparison.Ordinal) => "check the container's name and the account",
            _ when failure.Error == ObjectStorageError.AccessDenied => "check the credentials and what they are allowed",
            _ when failure.Error == ObjectStorageError.Unavailable => "check the account's name, Endpoint and the network",
            _ => null,
        };

    public void Dispose()
    {
        client.Dispose();
        metadata?.Dispose();
    }

    private static string? FirstOf(string? own, string? environment) =>
        !string.IsNullOrEmpty(own) ? own
        : !string.IsNullOrEmpty(environment) ? environment
        : null;

    private static Uri AuthorityOf(StorageAccessOptions options, Func<string, string?> environment) =>
        options.AuthorityEndpoint ?? AuthorityHost.Find(environment) ?? new Uri("https://login.microsoftonline.com");

    private static (string TenantId, string ClientId, string TokenFile)? WorkloadIdentityOf(StorageAccessOptions options, Func<string, string?> environment) =>
        string.IsNullOrEmpty(options.ClientSecret)
        && environment(ApplicationTokens.TokenFileVariable) is { Length: > 0 } file
        && FirstOf(options.TenantId, environment("AZURE_TENANT_ID")) is { } tenantId
        && FirstOf(options.ClientId, environment("AZURE_CLIENT_ID")) is { } clientId
            ? (tenantId, clientId, file)
            : null;

    private static string BlobHost(string host) => host.Split('.', 3) is [var account, _, var rest] ? $"{account}.blob.{rest}" : host;

    private static string AccountName(RemoteLocation location, StorageAccessOptions options)
    {
        var fromHost = location.Account;
        if (fromHost is not null && options.Account is not null && options.Account != fromHost)
            throw new ObjectStorageException(
                ObjectStorageError.InvalidKey,
                $"The storage root at '{location.At("")}' names the account '{fromHost}', its settings '{ObjectKey.Printable(options.Account)}'."
            );
        return fromHost
            ?? options.Account
            ?? throw new ObjectStorageException(
                ObjectStorageError.InvalidKey,
                $"The storage root at '{location.At("")}' names no storage account: set Account."
            );
    }
}
