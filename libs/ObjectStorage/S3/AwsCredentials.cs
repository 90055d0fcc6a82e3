namespace Tideway.ObjectStorage.S3;

/// <summary>Who signs. Has no text form, so that the secret gets into no message.</summary>
internal sealed class AwsCredentials(string accessKeyId, string secretAccessKey, string? sessionToken = null, DateTimeOffset? expiresAt = null)
{
    public string AccessKeyId { get; } = accessKeyId;

    public string SecretAccessKey { get; } = secretAccessKey;

    /// <summary>Comes with temporary credentials.</summary>
    public string? SessionToken { get; } = sessionToken;

    /// <summary>When temporary credentials end, and with them every address that they signed; null where nobody said.</summary>
    public DateTimeOffset? ExpiresAt { get; } = expiresAt;
}
