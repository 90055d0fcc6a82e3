namespace Tideway.ObjectStorage.S3;

/// <summary>Where credentials come from: the root's own options, else the process's environment, else a file that is shared with other tools.</summary>
internal sealed class AwsCredentialSource
{
    private readonly AwsCredentials? given;
    private readonly SharedCredentialsFile? file;

    public AwsCredentialSource(StorageAccessOptions options, TimeProvider time, Func<string, string?>? environment = null)
    {
        environment ??= Environment.GetEnvironmentVariable;
        if (options.AccessKeyId is { Length: > 0 } id && options.SecretAccessKey is { Length: > 0 } secret)
        {
            given = new AwsCredentials(id, secret, options.SessionToken is { Length: > 0 } token ? token : null, options.SessionExpiresAt);
            return;
        }

        // Whoever names a file or a profile for the root means it.
        if (
            options.CredentialsFile is null
            && options.Profile is null
            && environment("AWS_ACCESS_KEY_ID") is { Length: > 0 } environmentId
            && environment("AWS_SECRET_ACCESS_KEY") is { Length: > 0 } environmentSecret
        )
        {
            given = new AwsCredentials(
                environmentId,
                environmentSecret,
                environment("AWS_SESSION_TOKEN") is { Length: > 0 } token ? token : null,
                SharedCredentialsFile.TimeOf(environment("AWS_CREDENTIAL_EXPIRATION"))
            );
            return;
        }

        var path =
            options.CredentialsFile
            ?? environment("AWS_SHARED_CREDENTIALS_FILE")
            ?? Path.Combine(environment("HOME") ?? environment("USERPROFILE") ?? "/", ".aws", "credentials");
        file = new SharedCredentialsFile(path, options.Profile ?? environment("AWS_PROFILE") ?? "default", time);
    }

    /// <summary>The credentials as they are now. Throws <see cref="ObjectStorageError.AccessDenied"/> where there are none.</summary>
    public AwsCredentials Current() => given ?? file!.Read();
}
