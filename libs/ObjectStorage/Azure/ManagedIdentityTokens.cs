using System.Globalization;
using System.Net;
using System.Text.Json;
using Tideway.ObjectStorage.Http;

namespace Tideway.ObjectStorage.Azure;

/// <summary>
/// Tokens of the identity that the process's machine has: by the metadata service of a virtual machine, or by that of App Service and Container Apps.
/// See <see href="https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token">Use managed identities on a virtual machine</see>.
/// </summary>
internal sealed class ManagedIdentityTokens : IAzureTokens
{
    public const string EndpointVariable = "IDENTITY_ENDPOINT";
    public const string HeaderVariable = "IDENTITY_HEADER";

    /// <summary>The variable of the vendor's own libraries for where the metadata service of the machine is.</summary>
    public const string HostVariable = "AZURE_POD_IDENTITY_AUTHORITY_HOST";

    private const string Resource = "https%3A%2F%2Fstorage.azure.com%2F";

    private static readonly EnvironmentUrl App = new(EndpointVariable);
    private static readonly EnvironmentUrl Machine = new(HostVariable);
    private static readonly Uri UsualMachine = new("http://169.254.169.254");

    private readonly Uri address;
    private readonly (string Name, string Value) header;
    private readonly StoreHttp http;
    private readonly RenewedEarly<EndingToken> token;

    private ManagedIdentityTokens(string place, string? clientId, Uri address, (string Name, string Value) header, StoreHttp http)
    {
        (this.address, this.header, this.http) = (address, header, http);
        Name = $"the managed identity {(clientId is null ? "" : $"'{ObjectKey.Printable(clientId)}' ")}{place}";
        token = new RenewedEarly<EndingToken>(FetchAsync, found => found.EndsAt, http.Time);
    }

    public string Name { get; }

    public string? RenewalFault => token.Failure?.Message;

    /// <param name="clientId">Which of several identities; null for the only one.</param>
    /// <param name="environment">The variables of the environment.</param>
    /// <param name="http">The client.</param>
    public static ManagedIdentityTokens Of(string? clientId, Func<string, string?> environment, StoreHttp http)
    {
        var which = clientId is null ? "" : $"&client_id={PercentEncoding.Value(clientId)}";
        // Some machines name an endpoint without a header; it speaks another language.
        if (environment(HeaderVariable) is { Length: > 0 } secret && App.Find(environment) is { } endpoint)
            return new ManagedIdentityTokens(
                "of the app",
                clientId,
                new Uri($"{endpoint.AbsoluteUri}?api-version=2019-08-01&resource={Resource}{which}"),
                ("x-identity-header", secret),
                http
            );
        var host = (Machine.Find(environment) ?? UsualMachine).AbsoluteUri.TrimEnd('/');
        return new ManagedIdentityTokens(
            "of the machine",
            clientId,
            new Uri($"{host}/metadata/identity/oauth2/token?api-version=2018-02-01&resource={Resource}{which}"),
            ("metadata", "true"),
            http
        );
    }

    public async ValueTask<string> GetAsync(CancellationToken cancellationToken) => (await token.GetAsync(cancellationToken).ConfigureAwait(false)).Value;

    private async Task<EndingToken> FetchAsync()
    {
        var request = new StoreRequest(
            $"get a token of {Name} from",
            address.GetLeftPart(UriPartial.Path),
            BodyLength: 0,
            _ =>
            {
                var message = new HttpRequestMessage(HttpMethod.Get, address);
                message.Headers.TryAddWithoutValidation(header.Name, header.Value);
                return ValueTask.FromResult(message);
            }
        )
        {
            Who = "the metadata service",
        };
        var body = await http.SendAsync(request, ReadAsync, CancellationToken.None).ConfigureAwait(false);
        return MetadataAnswer.Parse(body, request, Token);

        async Task<byte[]> ReadAsync(HttpResponseMessage response, bool mayBeDone, CancellationToken cancellationToken)
        {
            // That there is no such identity is said with the status of a malformed request.
            var isRefused = response.StatusCode == HttpStatusCode.BadRequest;
            try
            {
                return await MetadataAnswer.ReadAsync(response, request, cancellationToken).ConfigureAwait(false);
            }
            catch (ObjectStorageException exception) when (isRefused)
            {
                throw new ObjectStorageException(ObjectStorageError.AccessDenied, exception.Message, exception);
            }
        }
    }

    private EndingToken Token(JsonElement answer)
    {
        var value = MetadataAnswer.Text(answer, "access_token");
        // Numbers come as texts from some of them; the time that is left is of no clock, and so the better of the two.
        return answer.TryGetProperty("expires_in", out var left)
            ? new EndingToken(value, http.Time.GetUtcNow() + TimeSpan.FromSeconds(Seconds(left)))
            : new EndingToken(value, DateTimeOffset.FromUnixTimeSeconds(Seconds(answer.GetProperty("expires_on"))));
    }

    private static long Seconds(JsonElement number) =>
        number.ValueKind == JsonValueKind.String ? long.Parse(number.GetString()!, NumberStyles.None, CultureInfo.InvariantCulture) : number.GetInt64();
}
