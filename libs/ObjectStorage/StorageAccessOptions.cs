namespace Tideway.ObjectStorage;

/// <summary>
/// How a storage root in an object store is reached. All of it is optional; what does not belong to the root's kind of store is refused. Secrets are
/// better given as environment variables or mounted files than in a file of settings.
/// </summary>
public sealed class StorageAccessOptions
{
    /// <summary>The store's address, for stores that are not the vendor's own, for example <c>https://minio.example.com:9000</c>.</summary>
    public Uri? Endpoint { get; set; }

    /// <summary>S3: the region, such as <c>eu-central-1</c>; else <c>AWS_REGION</c>. Stores with an endpoint of their own mostly take <c>us-east-1</c>, the default there.</summary>
    public string? Region { get; set; }

    /// <summary>S3: whether the bucket's name goes into the path instead of the host. Without it: where there is an <see cref="Endpoint"/>.</summary>
    public bool? PathStyle { get; set; }

    /// <summary>
    /// S3: the id of the access key. Without it, a <see cref="Profile"/> and a <see cref="CredentialsFile"/>, the environment says who the process is: by keys, a web
    /// identity, a credentials file, the container's agent or the instance's metadata.
    /// </summary>
    public string? AccessKeyId { get; set; }

    /// <summary>The secret of <see cref="AccessKeyId"/>.</summary>
    public string? SecretAccessKey { get; set; }

    /// <summary>S3: the token that comes with temporary credentials.</summary>
    public string? SessionToken { get; set; }

    /// <summary>
    /// S3: when these temporary credentials end. The store refuses what they signed from then on, so signed addresses state no later time. Without it, an address may
    /// state a time at which it is refused already.
    /// </summary>
    public DateTimeOffset? SessionExpiresAt { get; set; }

    /// <summary>S3: the profile of <see cref="CredentialsFile"/>; else <c>AWS_PROFILE</c>, else <c>default</c>.</summary>
    public string? Profile { get; set; }

    /// <summary>S3: the path of a shared credentials file; else <c>AWS_SHARED_CREDENTIALS_FILE</c>, else <c>~/.aws/credentials</c>.</summary>
    public string? CredentialsFile { get; set; }

    /// <summary>
    /// S3: how long the sessions of a web identity are asked to last, from 15 minutes to 12 hours; without it, an hour. The role must allow it. Signed addresses end with
    /// the session, which is renewed at half of its time.
    /// </summary>
    public TimeSpan? WebIdentityLifetime { get; set; }

    /// <summary>S3: the role that temporary credentials for recipients are made of. Without it, none are offered. The process's own role is that of its environment.</summary>
    public string? RoleArn { get; set; }

    /// <summary>S3: what the role asks of those who assume it, if anything.</summary>
    public string? RoleExternalId { get; set; }

    /// <summary>S3 and Google Cloud Storage: the address of the security token service; for S3 else <see cref="Endpoint"/>, or that of the region.</summary>
    public Uri? StsEndpoint { get; set; }

    /// <summary>Azure: the storage account, where the root's location does not name it.</summary>
    public string? Account { get; set; }

    /// <summary>Azure: the account's key in base64.</summary>
    public string? AccountKey { get; set; }

    /// <summary>Azure: a shared access signature, with or without <c>?</c>, for whoever has no key. URLs then carry it as it is.</summary>
    public string? SasToken { get; set; }

    /// <summary>Azure: the tenant of the application that <see cref="ClientId"/> names, which signs with a user delegation key; for a workload identity else <c>AZURE_TENANT_ID</c>.</summary>
    public string? TenantId { get; set; }

    /// <summary>Azure: the application's id, or which of several managed identities it is; for those and a workload identity else <c>AZURE_CLIENT_ID</c>.</summary>
    public string? ClientId { get; set; }

    /// <summary>Azure: the application's secret. Without it, <see cref="AccountKey"/> and <see cref="SasToken"/>, the process's workload or managed identity counts.</summary>
    public string? ClientSecret { get; set; }

    /// <summary>Azure: where tokens come from; else <c>AZURE_AUTHORITY_HOST</c> for a workload identity or an application, else <c>https://login.microsoftonline.com</c>.</summary>
    public Uri? AuthorityEndpoint { get; set; }

    /// <summary>Google Cloud Storage: the path of a service account's key file (JSON); else <c>GOOGLE_APPLICATION_CREDENTIALS</c>.</summary>
    public string? ServiceAccountFile { get; set; }
}
