using System.Text.Json;
using System.Text.Json.Serialization;
using Tideway.DeltaSharing.Protocol.Lines;

namespace Tideway.DeltaSharing.Protocol.Credentials;

/// <summary>
/// Credentials of the store's own kind with which a client reads one folder itself, for a while. One of the kinds is set. The text form holds no secret.
/// See <see href="https://github.com/delta-io/delta-sharing/blob/main/PROTOCOL.md#generate-temporary-table-credential">Generate temporary table credential</see>.
/// </summary>
public sealed record LocationCredentials
{
    /// <summary>The folder that they open. Always there for tables; other servers leave it out for volumes, whose own location it is.</summary>
    public string? Location { get; init; }

    /// <summary>For S3.</summary>
    public AwsTempCredentials? AwsTempCredentials { get; init; }

    /// <summary>For Azure Storage.</summary>
    public AzureUserDelegationSas? AzureUserDelegationSas { get; init; }

    /// <summary>For Google Cloud Storage.</summary>
    public GcpOauthToken? GcpOauthToken { get; init; }

    /// <summary>For Cloudflare R2; only OpenSharing knows them.</summary>
    public AwsTempCredentials? R2Credentials { get; init; }

    /// <summary>From when on they are refused, in milliseconds of unix time.</summary>
    [JsonConverter(typeof(UnixMillisecondsOfEnd))]
    public required long ExpirationTime { get; init; }

    /// <summary>Reads credentials that come by themselves, as those of volumes do. Throws <see cref="SharingProtocolException"/> where they are malformed.</summary>
    public static LocationCredentials Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            return Checked(JsonSerializer.Deserialize(json, WireJson.Default.LocationCredentials));
        }
        catch (JsonException exception)
        {
            throw Malformed(exception);
        }
    }

    /// <summary>The credentials by themselves as one line of JSON.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, WireJson.Default.LocationCredentials);

    /// <inheritdoc/>
    public override string ToString() => $"credentials for {Location ?? "a volume"} until {DateTimeOffset.FromUnixTimeMilliseconds(ExpirationTime):O}";

    internal static LocationCredentials Checked(LocationCredentials? read)
    {
        // The reader takes an absent part of a secret for null.
        bool?[] kinds =
        [
            IsWhole(read?.AwsTempCredentials),
            IsWhole(read?.R2Credentials),
            read?.AzureUserDelegationSas is { } azure ? azure.SasToken is not null : null,
            read?.GcpOauthToken is { } gcp ? gcp.OauthToken is not null : null,
        ];
        return kinds.Where(kind => kind is not null).ToList() is [true] ? read! : throw new JsonException("Expected credentials of one kind.");
    }

    private static bool? IsWhole(AwsTempCredentials? keys) =>
        keys is null ? null : keys is { AccessKeyId: not null, SecretAccessKey: not null, SessionToken: not null };

    // Not what the reader says, which could show a piece of a secret.
    internal static SharingProtocolException Malformed(JsonException exception) =>
        new(
            SharingProtocolError.Malformed,
            $"Malformed credentials: expected expirationTime and one kind of credentials; the fault is at {exception.Path ?? "$"}."
        );
}

/// <summary>Credentials for S3 that end by themselves.</summary>
/// <param name="AccessKeyId">The id of the access key.</param>
/// <param name="SecretAccessKey">Its secret.</param>
/// <param name="SessionToken">What goes with every request.</param>
public sealed record AwsTempCredentials(string AccessKeyId, string SecretAccessKey, string SessionToken)
{
    /// <inheritdoc/>
    public override string ToString() => $"access key {AccessKeyId}";
}

/// <summary>A shared access signature of Azure Storage, made with a user delegation key.</summary>
/// <param name="SasToken">A query without <c>?</c>.</param>
public sealed record AzureUserDelegationSas(string SasToken)
{
    /// <inheritdoc/>
    public override string ToString() => "a shared access signature";
}

/// <summary>A token of Google Cloud.</summary>
/// <param name="OauthToken">What goes into the header <c>Authorization: Bearer</c>.</param>
public sealed record GcpOauthToken(string OauthToken)
{
    /// <inheritdoc/>
    public override string ToString() => "an OAuth token";
}
