using Tideway.ObjectStorage.Http;

namespace Tideway.ObjectStorage.S3;

/// <summary>
/// Where credentials come from: the root's own options, else what the process's environment says, in the order of the vendor's own libraries: keys, a web identity, a
/// file that is shared with other tools, the container's agent, the instance's metadata. What is named is not passed over where it fails.
/// </summary>
internal sealed class AwsCredentialSource : IDisposable
{
    private const string IdVariable = "AWS_ACCESS_KEY_ID";

    private readonly AwsCredentials? given;
    private readonly SharedCredentialsFile? file;
    private readonly IAwsIdentity? identity;
    private readonly RenewedEarly<AwsCredentials>? fetched;
    private readonly StoreHttp? metadata;
    private readonly string name;
    private readonly string? nothingBefore;
    private volatile bool isFromFile;

    /// <param name="options">The root's own options.</param>
    /// <param name="time">The clock.</param>
    /// <param name="environment">The variables of the environment.</param>
    /// <param name="service">The security token service and the client for it; without it, there are no identities but those in options, environment and file.</param>
    /// <param name="metadataHttp">Makes the client for agents and metadata.</param>
    public AwsCredentialSource(
        StorageAccessOptions options,
        TimeProvider time,
        Func<string, string?>? environment = null,
        (Uri Endpoint, StoreHttp Http)? service = null,
        Func<StoreHttp>? metadataHttp = null
    )
    {
        environment ??= Environment.GetEnvironmentVariable;
        if (options.AccessKeyId is { Length: > 0 } id && options.SecretAccessKey is { Length: > 0 } secret)
        {
            given = new AwsCredentials(id, secret, options.SessionToken is { Length: > 0 } token ? token : null, options.SessionExpiresAt);
            name = "the access key of the settings";
            return;
        }

        // Whoever names a file or a profile for the root means it.
        var isFileMeant = options.CredentialsFile is not null || options.Profile is not null;
        if (!isFileMeant && FromEnvironment(environment) is { } keys)
        {
            given = keys;
            name = "the access key of the environment";
            return;
        }

        if (!isFileMeant && service is var (endpoint, http) && WebIdentityOf(options, environment, endpoint, http) is { } web)
        {
            identity = web;
            name = web.Name;
        }
        else
        {
            var path =
                options.CredentialsFile
                ?? environment("AWS_SHARED_CREDENTIALS_FILE")
                ?? Path.Combine(environment("HOME") ?? environment("USERPROFILE") ?? "/", ".aws", "credentials");
            var profile = options.Profile ?? environment("AWS_PROFILE") ?? "default";
            file = new SharedCredentialsFile(path, profile, time);
            name = $"the profile '{ObjectKey.Printable(profile)}' of the credentials file '{path}'";
            if (!isFileMeant && service is not null)
            {
                metadata = metadataHttp?.Invoke() ?? MetadataHttp.New(time);
                identity = (IAwsIdentity?)ContainerIdentity.Find(environment, metadata) ?? InstanceIdentity.Find(environment, metadata);
                nothingBefore = NothingBefore(environment, identity);
            }
        }

        if (identity is not null)
            fetched = new RenewedEarly<AwsCredentials>(FetchAsync, credentials => credentials.ExpiresAt, time);
    }

    /// <summary>Which source is in use, without a secret.</summary>
    public string Name =>
        fetched?.Known is not null && !isFromFile ? identity!.Name
        : given is not null || isFromFile || file is null || fetched is null ? name
        : "no credentials yet";

    /// <summary>Whether they are those of a role already, which another role's can only be made of for an hour.</summary>
    public bool IsRole => fetched?.Known is not null && !isFromFile;

    /// <summary>Why credentials that are in use could not be renewed; null where nothing is wrong.</summary>
    public string? RenewalFault => isFromFile ? null : fetched?.Failure?.Message;

    /// <summary>The credentials as they are now. Throws where there are none, and says what was tried.</summary>
    public ValueTask<AwsCredentials> GetAsync(CancellationToken cancellationToken) =>
        AtHand() is { } found ? ValueTask.FromResult(found) : fetched!.GetAsync(cancellationToken);

    /// <summary>The same, but those that are due are renewed first where that takes no longer than a moment, so that what they sign is good for long.</summary>
    public ValueTask<AwsCredentials> GetFreshAsync(CancellationToken cancellationToken) =>
        AtHand() is { } found ? ValueTask.FromResult(found) : fetched!.GetFreshAsync(cancellationToken);

    /// <summary>The same without waiting, of what was got before.</summary>
    public AwsCredentials Current() => AtHand() ?? fetched!.Current();

    public void Dispose() => metadata?.Dispose();

    private static AwsCredentials? FromEnvironment(Func<string, string?> environment) =>
        environment(IdVariable) is { Length: > 0 } id && environment("AWS_SECRET_ACCESS_KEY") is { Length: > 0 } secret
            ? new AwsCredentials(
                id,
                secret,
                environment("AWS_SESSION_TOKEN") is { Length: > 0 } token ? token : null,
                SharedCredentialsFile.TimeOf(environment("AWS_CREDENTIAL_EXPIRATION"))
            )
            : null;

    private static WebIdentity? WebIdentityOf(StorageAccessOptions options, Func<string, string?> environment, Uri endpoint, StoreHttp http) =>
        environment(WebIdentity.RoleVariable) is { Length: > 0 } role && environment(WebIdentity.TokenFileVariable) is { Length: > 0 } tokenFile
            ? new WebIdentity(endpoint, role, tokenFile, environment(WebIdentity.SessionNameVariable), options.WebIdentityLifetime, http)
            : null;

    private static string NothingBefore(Func<string, string?> environment, IAwsIdentity? identity)
    {
        List<string> tried =
        [
            "AccessKeyId is not set",
            $"{IdVariable} is not set",
            string.IsNullOrEmpty(environment(WebIdentity.TokenFileVariable))
                ? $"{WebIdentity.TokenFileVariable} is not set"
                : $"{WebIdentity.TokenFileVariable} is set without {WebIdentity.RoleVariable}",
        ];
        if (identity is not ContainerIdentity)
            tried.Add($"neither {ContainerIdentity.RelativeVariable} nor {ContainerIdentity.FullVariable} is set");
        if (identity is null)
            tried.Add($"{InstanceIdentity.DisabledVariable} is true");
        return string.Join("; ", tried);
    }

    // Null where it is for the identity to say. What a file once gave, it goes on giving, and what an identity gave, that.
    private AwsCredentials? AtHand()
    {
        if (given is not null)
            return given;
        if (file is null || (fetched?.Known is not null && !isFromFile))
            return null;
        if (fetched is not null && !isFromFile && !file.Exists)
            return null;
        try
        {
            var read = file.Read();
            isFromFile = true;
            return read;
        }
        catch (ObjectStorageException exception) when (!isFromFile && nothingBefore is not null)
        {
            return fetched is null ? throw new ObjectStorageException(exception.Error, Explain(exception), exception) : null;
        }
    }

    private async Task<AwsCredentials> FetchAsync()
    {
        try
        {
            return await identity!.FetchAsync().ConfigureAwait(false);
        }
        catch (ObjectStorageException exception) when (fetched!.Known is null && nothingBefore is not null)
        {
            throw new ObjectStorageException(exception.Error, Explain(exception), exception);
        }
    }

    private string Explain(ObjectStorageException last) =>
        identity is null
            ? $"There are no credentials: {nothingBefore}. {last.Message}"
            : $"There are no credentials: {nothingBefore}; {name} holds none. {last.Message}";
}
