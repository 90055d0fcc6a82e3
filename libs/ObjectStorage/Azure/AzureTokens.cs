using Tideway.ObjectStorage.Http;

namespace Tideway.ObjectStorage.Azure;

/// <summary>
/// Tokens of an application that has a secret.
/// See <see href="https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow">Client credentials</see>.
/// </summary>
internal sealed class AzureTokens(StoreHttp http, Uri authority, string tenantId, string clientId, string clientSecret)
{
    private readonly TokenEndpoint endpoint = new(
        http,
        new Uri($"{authority.AbsoluteUri.TrimEnd('/')}/{Uri.EscapeDataString(tenantId)}/oauth2/v2.0/token"),
        () => [("grant_type", "client_credentials"), ("client_id", clientId), ("client_secret", clientSecret), ("scope", "https://storage.azure.com/.default")]
    );

    public ValueTask<string> GetAsync(CancellationToken cancellationToken) => endpoint.GetAsync(cancellationToken);
}
