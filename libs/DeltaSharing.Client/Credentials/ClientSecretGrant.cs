using Tideway.DeltaSharing.Protocol;

namespace Tideway.DeltaSharing.Client.Credentials;

/// <summary>Client id and secret, in the header as RFC 6749 (section 2.3.1) wants every server to take them.</summary>
internal sealed class ClientSecretGrant(OAuthClientCredential credential) : ITokenGrant
{
    public Uri TokenEndpoint => credential.TokenEndpoint;

    public HttpRequestMessage Create()
    {
        var form = new List<KeyValuePair<string, string>> { new("grant_type", "client_credentials") };
        if (credential.Scope is { } scope)
            form.Add(new("scope", scope));
        return new HttpRequestMessage(HttpMethod.Post, credential.TokenEndpoint)
        {
            Content = new FormUrlEncodedContent(form),
            Headers = { Authorization = SharingCredential.Basic(Encode(credential.ClientId), Encode(credential.ClientSecret)) },
        };
    }

    // Form encoding comes first there. Ids and secrets of letters, digits and dashes are the same either way.
    private static string Encode(string text) => Uri.EscapeDataString(text).Replace("%20", "+", StringComparison.Ordinal);
}
