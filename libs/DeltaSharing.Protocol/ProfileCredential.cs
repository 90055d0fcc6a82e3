using System.Text;

namespace Tideway.DeltaSharing.Protocol;

/// <summary>How the owner of a profile shows who it is. The text of a credential never holds its secrets.</summary>
public abstract record ProfileCredential
{
    private protected ProfileCredential() { }

    /// <summary>What the credential is called in profile files, such as <c>oauth_client_credentials</c>.</summary>
    public abstract string Type { get; }

    /// <summary>The members that the text of the credential shows.</summary>
    protected virtual bool PrintMembers(StringBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Append("Type = ").Append(Type);
        return true;
    }
}

/// <summary>A token that the server gave: version 1 of the profile file, and <c>bearer_token</c> of version 2.</summary>
/// <param name="Token">What goes after <c>Authorization: Bearer</c>.</param>
public sealed record BearerTokenCredential(string Token) : ProfileCredential
{
    /// <summary>The name of the type in profiles of version 2.</summary>
    public const string TypeName = "bearer_token";

    /// <inheritdoc />
    public override string Type => TypeName;

    /// <inheritdoc />
    protected override bool PrintMembers(StringBuilder builder) => base.PrintMembers(builder);
}

/// <summary>An id and a secret for which a token endpoint gives short-lived tokens (RFC 6749, section 4.4).</summary>
public sealed record OAuthClientCredential : ProfileCredential
{
    /// <summary>The name of the type in profiles of version 2.</summary>
    public const string TypeName = "oauth_client_credentials";

    /// <summary>Where tokens are had.</summary>
    public required Uri TokenEndpoint { get; init; }

    /// <summary>Who asks.</summary>
    public required string ClientId { get; init; }

    /// <summary>What only the owner of the profile knows.</summary>
    public required string ClientSecret { get; init; }

    /// <summary>What the token shall be good for, where the server wants that said.</summary>
    public string? Scope { get; init; }

    /// <inheritdoc />
    public override string Type => TypeName;

    /// <inheritdoc />
    protected override bool PrintMembers(StringBuilder builder)
    {
        base.PrintMembers(builder);
        builder.Append(", TokenEndpoint = ").Append(TokenEndpoint).Append(", ClientId = ").Append(ClientId);
        return true;
    }
}

/// <summary>A private key by which assertions are signed, for which a token endpoint gives short-lived tokens (RFC 7523, section 2.2).</summary>
public sealed record PrivateKeyCredential : ProfileCredential
{
    /// <summary>The name of the type in profiles of version 2.</summary>
    public const string TypeName = "oauth_jwt_bearer_private_key_jwt";

    /// <summary>Where tokens are had.</summary>
    public required Uri TokenEndpoint { get; init; }

    /// <summary>Who signs.</summary>
    public required string Issuer { get; init; }

    /// <summary>Who asks.</summary>
    public required string ClientId { get; init; }

    /// <summary>Whom the assertion is made for.</summary>
    public required string Audience { get; init; }

    /// <summary>What the token shall be good for, where the server wants that said.</summary>
    public string? Scope { get; init; }

    /// <summary>Path of the file with the key, PKCS #8, PKCS #1 or SEC 1 in PEM. Whoever wrote the profile chose it: read it only from where keys are expected.</summary>
    public required string PrivateKeyFile { get; init; }

    /// <summary>By which the server finds the public key.</summary>
    public required string KeyId { get; init; }

    /// <summary>How it is signed, such as <c>RS256</c> or <c>ES256</c> (RFC 7518, section 3.1).</summary>
    public required string Algorithm { get; init; }

    /// <inheritdoc />
    public override string Type => TypeName;

    /// <inheritdoc />
    protected override bool PrintMembers(StringBuilder builder)
    {
        base.PrintMembers(builder);
        builder.Append(", TokenEndpoint = ").Append(TokenEndpoint).Append(", ClientId = ").Append(ClientId).Append(", KeyId = ").Append(KeyId);
        return true;
    }
}

/// <summary>A name and a password, sent with every request (RFC 7617).</summary>
/// <param name="Username">Who asks.</param>
/// <param name="Password">What only the owner of the profile knows.</param>
public sealed record BasicCredential(string Username, string Password) : ProfileCredential
{
    /// <summary>The name of the type in profiles of version 2.</summary>
    public const string TypeName = "basic";

    /// <inheritdoc />
    public override string Type => TypeName;

    /// <inheritdoc />
    protected override bool PrintMembers(StringBuilder builder)
    {
        base.PrintMembers(builder);
        builder.Append(", Username = ").Append(Username);
        return true;
    }
}
