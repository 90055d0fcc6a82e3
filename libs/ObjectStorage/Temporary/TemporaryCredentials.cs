namespace Tideway.ObjectStorage.Temporary;

/// <summary>Credentials of a store that end by themselves. Their text form holds no secret.</summary>
public abstract class TemporaryCredentials
{
    private TemporaryCredentials(DateTimeOffset expiresAt) => ExpiresAt = expiresAt;

    /// <summary>From when on they are refused.</summary>
    public DateTimeOffset ExpiresAt { get; }

    /// <inheritdoc/>
    public override string ToString() => $"{GetType().Name} until {ExpiresAt:O}";

    /// <summary>For S3.</summary>
    public sealed class Aws(string accessKeyId, string secretAccessKey, string sessionToken, DateTimeOffset expiresAt) : TemporaryCredentials(expiresAt)
    {
        /// <summary>The id of the access key.</summary>
        public string AccessKeyId { get; } = accessKeyId;

        /// <summary>The secret of the access key.</summary>
        public string SecretAccessKey { get; } = secretAccessKey;

        /// <summary>The token that goes with every request.</summary>
        public string SessionToken { get; } = sessionToken;
    }

    /// <summary>For Azure Storage.</summary>
    public sealed class AzureSas(string sasToken, DateTimeOffset expiresAt) : TemporaryCredentials(expiresAt)
    {
        /// <summary>The shared access signature, a query without <c>?</c>.</summary>
        public string SasToken { get; } = sasToken;
    }

    /// <summary>For Google Cloud Storage.</summary>
    public sealed class GcpOauth(string oauthToken, DateTimeOffset expiresAt) : TemporaryCredentials(expiresAt)
    {
        /// <summary>The token for the header <c>Authorization: Bearer</c>.</summary>
        public string OauthToken { get; } = oauthToken;
    }
}
