using System.Text;
using Tideway.ObjectStorage.Http;

namespace Tideway.ObjectStorage.Azure;

/// <summary>What a shared access signature is good for.</summary>
/// <param name="Kind">b for a blob, d for a folder, c for a container.</param>
/// <param name="Permissions">r, and l to list.</param>
/// <param name="Resource">The container and the path in it, decoded.</param>
internal readonly record struct SasGrant(string Kind, string Permissions, string Resource)
{
    /// <summary>How many folders deep a folder lies.</summary>
    public int Depth => Resource.AsSpan().Count('/');
}

/// <summary>
/// Shared access signatures, signed with the account's key or with a user delegation key.
/// See <see href="https://learn.microsoft.com/rest/api/storageservices/create-service-sas">service SAS</see> and
/// <see href="https://learn.microsoft.com/rest/api/storageservices/create-user-delegation-sas">user delegation SAS</see>.
/// </summary>
internal static class SharedAccessSignature
{
    private const string Version = AzureDialect.Version;

    /// <summary>The query, without <c>?</c>.</summary>
    public static string OfAccount(AzureAccount account, SasGrant grant, DateTimeOffset expiresAt, string? protocol)
    {
        var end = Time(expiresAt);
        var text = string.Join(
            '\n',
            [
                grant.Permissions,
                "",
                end,
                $"/blob/{account.Name}/{grant.Resource}",
                .. (string[])["", "", protocol ?? "", Version, grant.Kind, "", "", "", "", "", "", ""],
            ]
        );
        return Query(grant, end, protocol, [], account.Sign(text));
    }

    /// <inheritdoc cref="OfAccount"/>
    public static string OfUser(UserDelegationKey key, SasGrant grant, DateTimeOffset expiresAt, string? protocol)
    {
        var end = Time(expiresAt);
        var text = string.Join(
            '\n',
            [
                grant.Permissions,
                "",
                end,
                $"/blob/{key.Account.Name}/{grant.Resource}",
                key.ObjectId,
                key.TenantId,
                key.Start,
                key.Expiry,
                key.Service,
                key.Version,
                .. (string[])["", "", "", "", protocol ?? "", Version, grant.Kind, "", "", "", "", "", "", ""],
            ]
        );
        (string, string)[] ofKey =
        [
            ("skoid", key.ObjectId),
            ("sktid", key.TenantId),
            ("skt", key.Start),
            ("ske", key.Expiry),
            ("sks", key.Service),
            ("skv", key.Version),
        ];
        return Query(grant, end, protocol, grant.Kind == "d" ? [.. ofKey, ("sdd", grant.Depth.ToString())] : ofKey, key.Account.Sign(text));
    }

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'");

    private static string Query(SasGrant grant, string end, string? protocol, ReadOnlySpan<(string Name, string Value)> ofKey, string signature)
    {
        var query = new StringBuilder(256)
            .Append("sp=")
            .Append(grant.Permissions)
            .Append("&se=")
            .Append(PercentEncoding.Value(end))
            .Append("&sv=")
            .Append(Version)
            .Append("&sr=")
            .Append(grant.Kind);
        if (protocol is not null)
            query.Append("&spr=").Append(PercentEncoding.Value(protocol));
        foreach (var (name, value) in ofKey)
            query.Append('&').Append(name).Append('=').Append(PercentEncoding.Value(value));
        return query.Append("&sig=").Append(PercentEncoding.Value(signature)).ToString();
    }
}
