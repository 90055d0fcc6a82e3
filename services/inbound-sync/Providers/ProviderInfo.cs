namespace Tideway.InboundSync.Providers;

/// <summary>A provider as the management API shows it; never its token. Times are milliseconds since 1970.</summary>
internal sealed record ProviderInfo
{
    public required string Name { get; init; }

    public required Guid Id { get; init; }

    /// <summary><c>TOKEN</c> or <c>OAUTH_CLIENT_CREDENTIALS</c>.</summary>
    public required string AuthenticationType { get; init; }

    public required RecipientProfile RecipientProfile { get; init; }

    public long? ExpirationTime { get; init; }

    public string? Comment { get; init; }

    public string? Owner { get; init; }

    public required long CreatedAt { get; init; }

    public required string CreatedBy { get; init; }

    public required long UpdatedAt { get; init; }

    public required string UpdatedBy { get; init; }

    public static ProviderInfo Of(Provider provider) =>
        new()
        {
            Name = provider.Name,
            Id = provider.ProviderId,
            AuthenticationType = provider.AuthenticationType,
            RecipientProfile = new RecipientProfile { Endpoint = provider.Endpoint, ShareCredentialsVersion = provider.ShareCredentialsVersion },
            ExpirationTime = provider.ExpirationTime?.ToUnixTimeMilliseconds(),
            Comment = provider.Comment,
            Owner = provider.Owner,
            CreatedAt = provider.CreatedAt.ToUnixTimeMilliseconds(),
            CreatedBy = provider.CreatedBy,
            UpdatedAt = provider.UpdatedAt.ToUnixTimeMilliseconds(),
            UpdatedBy = provider.UpdatedBy,
        };
}

/// <summary>What may be shown of a profile file.</summary>
internal sealed record RecipientProfile
{
    public required string Endpoint { get; init; }

    public required int ShareCredentialsVersion { get; init; }
}

internal sealed record ProviderPage
{
    public required IReadOnlyList<ProviderInfo> Providers { get; init; }

    public string? NextPageToken { get; init; }
}

internal sealed record ProviderShare
{
    public required string Name { get; init; }
}

internal sealed record ProviderSharePage
{
    public required IReadOnlyList<ProviderShare> Shares { get; init; }
}

internal sealed record CreateProvider
{
    public string? Name { get; init; }

    public string? AuthenticationType { get; init; }

    public string? RecipientProfileStr { get; init; }

    public string? Comment { get; init; }

    public string? Owner { get; init; }
}

internal sealed record UpdateProvider
{
    public string? NewName { get; init; }

    public string? RecipientProfileStr { get; init; }

    public string? Comment { get; init; }

    public string? Owner { get; init; }
}
