using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Microsoft.Extensions.Options;
using Tideway.Hosting.Web;

namespace Tideway.Hosting.Identity;

/// <summary>Asks recipient-auth in another process: 200 with the credential, or 204 where there is none.</summary>
internal sealed class HttpCredentialSource : ICredentialSource
{
    public const string ClientName = "tideway-recipient-auth";
    public const string Path = "internal/v1/introspect";

    private readonly IHttpClientFactory clients;
    private readonly Uri address;
    private readonly string key;

    public HttpCredentialSource(IHttpClientFactory clients, IOptions<RecipientAuthOptions> recipientAuth, IOptions<InternalOptions> internalKey)
    {
        this.clients = clients;
        address = new Uri(recipientAuth.Value.Url!.AbsoluteUri.TrimEnd('/') + "/" + Path);
        key =
            internalKey.Value.Key
            ?? throw new OptionsValidationException(
                nameof(InternalOptions),
                typeof(InternalOptions),
                ["Internal:Key is needed where recipient-auth runs in another process: the key that all services of the organisation share."]
            );
    }

    public async Task<Credential?> FindAsync(string tokenSha256, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, address)
        {
            Content = JsonContent.Create(new Question(tokenSha256), options: ManagementJson.Options),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        using var client = clients.CreateClient(ClientName);
        using var response = await client.SendAsync(request, cancellationToken);
        return response.StatusCode switch
        {
            HttpStatusCode.NoContent => null,
            HttpStatusCode.OK => await response.Content.ReadFromJsonAsync<Credential>(ManagementJson.Options, cancellationToken),
            var status => throw new HttpRequestException(
                $"recipient-auth was expected to answer 200 or 204 at {address}, but answered {(int)status}.",
                null,
                status
            ),
        };
    }

    private sealed record Question(string TokenSha256);
}
