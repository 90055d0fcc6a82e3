namespace Tideway.RecipientAuth.Recipients;

/// <summary>Checks what comes in and makes a recipient of it.</summary>
internal static class RecipientRules
{
    /// <summary>A bearer token.</summary>
    public const string TokenAuthentication = "TOKEN";

    /// <summary>Client id and secret, for which short-lived tokens are had.</summary>
    public const string OAuthAuthentication = "OAUTH_CLIENT_CREDENTIALS";

    private const int MaxCommentLength = 65_536;
    private const int MaxProperties = 50;
    private const int MaxPropertyKeyLength = 255;
    private const int MaxPropertyValueLength = 1000;

    public static Outcome<Recipient> Create(CreateRecipient request, string actor, DateTimeOffset now)
    {
        if (request.AuthenticationType is not (null or TokenAuthentication or OAuthAuthentication))
            return Refusal.Invalid("authentication_type", $"{TokenAuthentication} or {OAuthAuthentication}", request.AuthenticationType);
        return Apply(
            new Recipient
            {
                Id = Guid.CreateVersion7(now),
                Name = request.Name ?? "",
                Owner = actor,
                AuthenticationType = request.AuthenticationType ?? TokenAuthentication,
                AllowedAddresses = IpAccessList.Everyone,
                Properties = new Dictionary<string, string>(StringComparer.Ordinal),
                Revision = 1,
                CreatedAt = now,
                CreatedBy = actor,
                UpdatedAt = now,
                UpdatedBy = actor,
            },
            "name",
            new UpdateRecipient
            {
                NewName = request.Name ?? "",
                Comment = request.Comment,
                Owner = request.Owner,
                IpAccessList = request.IpAccessList,
                PropertiesKvpairs = request.PropertiesKvpairs,
                ExpirationTime = request.ExpirationTime,
            },
            now
        );
    }

    /// <summary>The recipient as it shall be; revision and times as before.</summary>
    public static Outcome<Recipient> Update(Recipient recipient, UpdateRecipient request, DateTimeOffset now) => Apply(recipient, "new_name", request, now);

    private static Outcome<Recipient> Apply(Recipient recipient, string nameField, UpdateRecipient request, DateTimeOffset now)
    {
        if (request.NewName is not null && ObjectName.Check(nameField, request.NewName) is { } badName)
            return badName;
        if (request.Owner is not null && ObjectName.Check("owner", request.Owner) is { } badOwner)
            return badOwner;
        if (request.Comment is { Length: > MaxCommentLength } || HoldsNul(request.Comment))
            return Refusal.Invalid("comment", $"at most {MaxCommentLength} characters, none of them NUL", request.Comment);

        var addresses = recipient.AllowedAddresses;
        if (request.IpAccessList is { } list && IpAccessList.Parse(list.AllowedIpAddresses ?? []).IsRefused(out var badAddress, out addresses))
            return badAddress;
        var properties = recipient.Properties;
        if (request.PropertiesKvpairs is { } pairs && CheckProperties(pairs.Properties).IsRefused(out var badProperty, out properties))
            return badProperty;
        var expiration = recipient.ExpirationTime;
        if (request.ExpirationTime is { } milliseconds)
        {
            if (!TryExpiration(milliseconds, now, out expiration))
                return Refusal.Invalid(
                    "expiration_time",
                    $"a time after now and at most {CredentialOptions.MaxTokenDays} days ahead, in milliseconds since 1970",
                    milliseconds
                );
        }

        return recipient with
        {
            Name = request.NewName ?? recipient.Name,
            Owner = request.Owner ?? recipient.Owner,
            Comment = request.Comment switch
            {
                null => recipient.Comment,
                "" => null,
                var text => text,
            },
            AllowedAddresses = addresses,
            Properties = properties,
            ExpirationTime = expiration,
        };
    }

    private static Outcome<IReadOnlyDictionary<string, string>> CheckProperties(IReadOnlyDictionary<string, string?>? properties)
    {
        const string Field = "properties_kvpairs.properties";
        var result = new Dictionary<string, string>(StringComparer.Ordinal);
        if (properties is { Count: > MaxProperties })
            return Refusal.Invalid(Field, $"at most {MaxProperties} pairs", $"{properties.Count} pairs");
        foreach (var (key, value) in properties ?? new Dictionary<string, string?>(StringComparer.Ordinal))
        {
            if (key.Length is 0 or > MaxPropertyKeyLength || HoldsNul(key))
                return Refusal.Invalid(Field, $"keys of 1 to {MaxPropertyKeyLength} characters", key);
            if (value is null or { Length: > MaxPropertyValueLength } || HoldsNul(value))
                return Refusal.Invalid($"{Field}.{key}", $"a text of at most {MaxPropertyValueLength} characters", value);
            result.Add(key, value);
        }

        return result;
    }

    private static bool TryExpiration(long milliseconds, DateTimeOffset now, out DateTimeOffset? expiration)
    {
        expiration = null;
        if (milliseconds == 0)
            return true;
        if (milliseconds <= now.ToUnixTimeMilliseconds() || milliseconds > now.AddDays(CredentialOptions.MaxTokenDays).ToUnixTimeMilliseconds())
            return false;
        expiration = DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
        return true;
    }

    // PostgreSQL keeps every character in a text but this one.
    private static bool HoldsNul(string? text) => text is not null && text.Contains('\0', StringComparison.Ordinal);
}
