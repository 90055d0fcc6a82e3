using Tideway.ObjectStorage.Http;

namespace Tideway.ObjectStorage.Azure;

/// <summary>
/// Tokens of an application, which proves itself by a secret, or by a token of another identity provider that a file holds, as pods of Kubernetes have one.
/// See <see href="https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow">Client credentials</see>.
/// </summary>
internal sealed class ApplicationTokens : IAzureTokens
{
    public const string TokenFileVariable = "AZURE_FEDERATED_TOKEN_FILE";

    private const string Scope = "https://storage.azure.com/.default";

    private readonly TokenEndpoint endpoint;

    private ApplicationTokens(string name, StoreHttp http, Uri authority, string tenantId, Func<IReadOnlyList<(string Name, string Value)>> form)
    {
        Name = name;
        endpoint = new TokenEndpoint(http, new Uri($"{authority.AbsoluteUri.TrimEnd('/')}/{Uri.EscapeDataString(tenantId)}/oauth2/v2.0/token"), form);
    }

    public string Name { get; }

    public string? RenewalFault => endpoint.RenewalFault;

    public static ApplicationTokens OfSecret(StoreHttp http, Uri authority, string tenantId, string clientId, string clientSecret) =>
        new(
            $"the application '{ObjectKey.Printable(clientId)}' by its secret",
            http,
            authority,
            tenantId,
            () => [("grant_type", "client_credentials"), ("client_id", clientId), ("client_secret", clientSecret), ("scope", Scope)]
        );

    public static ApplicationTokens OfTokenFile(StoreHttp http, Uri authority, string tenantId, string clientId, string tokenFile) =>
        new(
            $"the workload identity of the application '{ObjectKey.Printable(clientId)}'",
            http,
            authority,
            tenantId,
            () =>
                [
                    ("grant_type", "client_credentials"),
                    ("client_id", clientId),
                    ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
                    ("client_assertion", IdentityFile.Read(tokenFile, TokenFileVariable)),
                    ("scope", Scope),
                ]
        );

    public ValueTask<string> GetAsync(CancellationToken cancellationToken) => endpoint.GetAsync(cancellationToken);
}
