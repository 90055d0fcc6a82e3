using Tideway.ObjectStorage.Azure;
using Tideway.ObjectStorage.Gcs;
using Tideway.ObjectStorage.Http;
using Tideway.ObjectStorage.S3;

namespace Tideway.ObjectStorage.Roots;

/// <summary>Makes a root of the kind that its location says, each with an HTTP client of its own.</summary>
internal sealed class RemoteRootFactory(
    TimeProvider time,
    Func<StoreHttp>? newHttp = null,
    Func<string, string?>? environment = null,
    Func<StoreHttp>? metadataHttp = null
)
{
    private static readonly string[] S3Settings =
    [
        nameof(StorageAccessOptions.Endpoint),
        nameof(StorageAccessOptions.Region),
        nameof(StorageAccessOptions.PathStyle),
        nameof(StorageAccessOptions.AccessKeyId),
        nameof(StorageAccessOptions.SecretAccessKey),
        nameof(StorageAccessOptions.SessionToken),
        nameof(StorageAccessOptions.SessionExpiresAt),
        nameof(StorageAccessOptions.Profile),
        nameof(StorageAccessOptions.CredentialsFile),
        nameof(StorageAccessOptions.WebIdentityLifetime),
        nameof(StorageAccessOptions.RoleArn),
        nameof(StorageAccessOptions.RoleExternalId),
        nameof(StorageAccessOptions.StsEndpoint),
    ];

    private static readonly string[] AzureSettings =
    [
        nameof(StorageAccessOptions.Endpoint),
        nameof(StorageAccessOptions.Account),
        nameof(StorageAccessOptions.AccountKey),
        nameof(StorageAccessOptions.SasToken),
        nameof(StorageAccessOptions.TenantId),
        nameof(StorageAccessOptions.ClientId),
        nameof(StorageAccessOptions.ClientSecret),
        nameof(StorageAccessOptions.AuthorityEndpoint),
    ];

    private static readonly string[] GcsSettings =
    [
        nameof(StorageAccessOptions.Endpoint),
        nameof(StorageAccessOptions.StsEndpoint),
        nameof(StorageAccessOptions.ServiceAccountFile),
    ];

    public IRemoteRoot Make(string name, RemoteLocation location, StorageAccessOptions options)
    {
        RequireFitting(name, location, options);
        RequireEndpoint(name, nameof(options.Endpoint), options.Endpoint);
        RequireEndpoint(name, nameof(options.StsEndpoint), options.StsEndpoint);
        RequireEndpoint(name, nameof(options.AuthorityEndpoint), options.AuthorityEndpoint);
        if (string.IsNullOrEmpty(options.AccessKeyId) != string.IsNullOrEmpty(options.SecretAccessKey))
            throw Wrong(name, "expected AccessKeyId and SecretAccessKey both, or neither");
        RequireWebIdentityLifetime(name, options);
        var http = newHttp?.Invoke() ?? new StoreHttp(time);
        return location.Kind switch
        {
            StoreKind.S3 => new S3Root(location, options, time, http, environment, metadataHttp),
            StoreKind.Azure => new AzureRoot(location, options, time, http, environment, metadataHttp),
            _ => new GcsRoot(location, options, time, http, environment),
        };
    }

    private static void RequireFitting(string name, RemoteLocation location, StorageAccessOptions options)
    {
        var fitting = location.Kind switch
        {
            StoreKind.S3 => S3Settings,
            StoreKind.Azure => AzureSettings,
            _ => GcsSettings,
        };
        var odd = typeof(StorageAccessOptions)
            .GetProperties()
            .Where(property => property.GetValue(options) is not null && !fitting.Contains(property.Name, StringComparer.Ordinal))
            .Select(property => property.Name)
            .ToList();
        if (odd.Count > 0)
            throw Wrong(name, $"a root at {location.Scheme}:// takes no {string.Join(", ", odd)}, only {string.Join(", ", fitting)}");
    }

    private static void RequireEndpoint(string name, string setting, Uri? endpoint)
    {
        if (endpoint is null)
            return;
        if (
            !endpoint.IsAbsoluteUri
            || endpoint.Scheme is not ("http" or "https")
            || endpoint.Query.Length > 0
            || endpoint.Fragment.Length > 0
            || endpoint.UserInfo.Length > 0
        )
            throw Wrong(name, $"expected {setting} to be an http or https URL without user, query and fragment");
    }

    private static void RequireWebIdentityLifetime(string name, StorageAccessOptions options)
    {
        if (options.WebIdentityLifetime is not { } lifetime)
            return;
        if (lifetime < WebIdentity.LeastLifetime || lifetime > WebIdentity.MostLifetime)
            throw Wrong(name, $"expected WebIdentityLifetime to be from 15 minutes to 12 hours, got {lifetime:c}");
        if (options.AccessKeyId is not null || options.Profile is not null || options.CredentialsFile is not null)
            throw Wrong(name, "WebIdentityLifetime is of no use with AccessKeyId, Profile or CredentialsFile, which come before a web identity");
    }

    private static ObjectStorageException Wrong(string name, string fault) =>
        new(ObjectStorageError.InvalidKey, $"The settings of access of the storage root '{name}' are wrong: {fault}.");
}
