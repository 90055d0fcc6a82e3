using Tideway.DeltaSharing.Protocol;

namespace Tideway.DeltaSharing.Client.Credentials;

/// <summary>
/// Client id and secret, in the header as RFC 6749 (section 2.3.1) wants every server to take them: form-encoded. Many servers take them only as they are, which is
/// what other clients send; those get them so once they refused the other form.
/// </summary>
internal sealed class ClientSecretGrant : ITokenGrant
{
    private readonly OAuthClientCredential credential;
    private readonly (string Id, string Secret) encoded;
    private volatile bool isRaw;

    public ClientSecretGrant(OAuthClientCredential credential)
    {
        this.credential = credential;
        encoded = (Encode(credential.ClientId), Encode(credential.ClientSecret));
    }

    public Uri TokenEndpoint => credential.TokenEndpoint;

    public HttpRequestMessage Create()
    {
        var form = new List<KeyValuePair<string, string>> { new("grant_type", "client_credentials") };
        if (credential.Scope is { } scope)
            form.Add(new("scope", scope));
        var (id, secret) = isRaw ? (credential.ClientId, credential.ClientSecret) : encoded;
        return new HttpRequestMessage(HttpMethod.Post, credential.TokenEndpoint)
        {
            Content = new FormUrlEncodedContent(form),
            Headers = { Authorization = SharingCredential.Basic(id, secret) },
        };
    }

    public bool TryAnotherForm()
    {
        // Ids and secrets of letters, digits and dashes are the same either way. As it is, an id with a colon would be another.
        if (encoded == (credential.ClientId, credential.ClientSecret) || credential.ClientId.Contains(':', StringComparison.Ordinal))
            return false;
        isRaw = !isRaw;
        return true;
    }

    private static string Encode(string text) => Uri.EscapeDataString(text).Replace("%20", "+", StringComparison.Ordinal);
}
