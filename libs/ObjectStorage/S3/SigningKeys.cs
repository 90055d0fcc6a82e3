namespace Tideway.ObjectStorage.S3;

/// <summary>Keeps the signing key of the day.</summary>
internal sealed class SigningKeys(string region, string service)
{
    private volatile SigningKey? latest;

    public string Region => region;

    public SigningKey Of(AwsCredentials credentials, DateTimeOffset time)
    {
        if (latest is { } known && known.IsFor(credentials, time))
            return known;
        return latest = SigningKey.Derive(credentials, time, region, service);
    }
}
