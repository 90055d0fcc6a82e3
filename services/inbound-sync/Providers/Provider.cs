using Tideway.DeltaSharing.Protocol;

namespace Tideway.InboundSync.Providers;

/// <summary>A partner whose shares we read. Syncs hold on to its id, so its credential can change under them.</summary>
public sealed record Provider
{
    public required Guid ProviderId { get; init; }

    public required string Name { get; init; }

    /// <summary>Where the partner serves its shares, from the profile file.</summary>
    public required string Endpoint { get; init; }

    /// <summary>The profile file, encrypted.</summary>
    public required string Profile { get; init; }

    public required int ShareCredentialsVersion { get; init; }

    public DateTimeOffset? ExpirationTime { get; init; }

    public string? Comment { get; init; }

    public string? Owner { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required string CreatedBy { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    public required string UpdatedBy { get; init; }

    /// <summary>What the management API calls its kind of credential.</summary>
    public string AuthenticationType => AuthenticationTypeOf(ShareCredentialsVersion);

    /// <summary>Host of its endpoint, by which the partner names itself when it asks whether we take its notices.</summary>
    public string Host => new Uri(Endpoint).IdnHost;

    /// <summary>Where the partner's other addresses begin: what of its endpoint comes before the sharing protocol's own path.</summary>
    public string PublicUrl
    {
        get
        {
            var endpoint = new Uri(Endpoint).GetLeftPart(UriPartial.Path).TrimEnd('/');
            return endpoint.EndsWith(SharingPath, StringComparison.OrdinalIgnoreCase)
                ? endpoint[..^SharingPath.Length]
                : new Uri(Endpoint).GetLeftPart(UriPartial.Authority);
        }
    }

    /// <summary>A bearer token: profiles of version 1.</summary>
    public const string TokenAuthentication = "TOKEN";

    /// <summary>A credential that is exchanged for tokens: profiles of version 2.</summary>
    public const string OAuthAuthentication = "OAUTH_CLIENT_CREDENTIALS";

    /// <summary>What the encryption of a profile is bound to, with the provider's id, so that one provider's cannot be put in place of another's.</summary>
    public const string SecretPurpose = "inbound-sync/provider";

    private const string SharingPath = "/delta-sharing";

    /// <summary>What the management API calls the kind of credential in profiles of a version.</summary>
    public static string AuthenticationTypeOf(int shareCredentialsVersion) =>
        shareCredentialsVersion == SharingProfile.BearerVersion ? TokenAuthentication : OAuthAuthentication;

    /// <summary>How a name is compared.</summary>
    public static string KeyOf(string name) => name.ToLowerInvariant();

    /// <summary>What is wrong with a name, or <see langword="null"/>.</summary>
    public static string? NameFault(string? name) => SharingName.FindObjectFault(name);
}

/// <summary>What is to change of a provider; what is <see langword="null"/> stays.</summary>
public sealed record ProviderChange
{
    public required Guid ProviderId { get; init; }

    public string? Name { get; init; }

    /// <summary>With <see cref="Profile"/>.</summary>
    public string? Endpoint { get; init; }

    /// <summary>The new profile file, encrypted; its version and time of expiry come with it.</summary>
    public string? Profile { get; init; }

    public int? ShareCredentialsVersion { get; init; }

    public DateTimeOffset? ExpirationTime { get; init; }

    public string? Comment { get; init; }

    public string? Owner { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    public required string UpdatedBy { get; init; }
}
