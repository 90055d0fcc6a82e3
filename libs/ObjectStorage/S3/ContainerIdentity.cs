using System.Net;
using System.Net.Http.Headers;
using Tideway.ObjectStorage.Http;

namespace Tideway.ObjectStorage.S3;

/// <summary>
/// The role of a container, told by an agent near it: that of ECS, or that of EKS Pod Identity.
/// See <see href="https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html">Container credential provider</see>.
/// </summary>
internal sealed class ContainerIdentity(Uri address, string? tokenFile, string? token, StoreHttp http) : IAwsIdentity
{
    public const string RelativeVariable = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
    public const string FullVariable = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
    public const string TokenVariable = "AWS_CONTAINER_AUTHORIZATION_TOKEN";
    public const string TokenFileVariable = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE";

    private const string EcsHost = "169.254.170.2";

    // Those of the agents of ECS and EKS.
    private static readonly IPAddress[] Agents = [IPAddress.Parse(EcsHost), IPAddress.Parse("169.254.170.23"), IPAddress.Parse("fd00:ec2::23")];

    public string Name => $"the container's credentials from '{Shown}'";

    // Without a query, which might say what is nobody's business.
    private string Shown => address.GetLeftPart(UriPartial.Path);

    /// <summary>Null where the environment names no agent. Throws for an address that the token must not be sent to.</summary>
    public static ContainerIdentity? Find(Func<string, string?> environment, StoreHttp http) =>
        AddressOf(environment) is { } address ? new ContainerIdentity(address, environment(TokenFileVariable), environment(TokenVariable), http) : null;

    /// <summary>The agent's address; null where the environment names none.</summary>
    internal static Uri? AddressOf(Func<string, string?> environment)
    {
        if (environment(RelativeVariable) is { Length: > 0 } relative)
        {
            return
                relative.StartsWith('/')
                && Uri.TryCreate($"http://{EcsHost}{relative}", UriKind.Absolute, out var below)
                && below is { Host: EcsHost, IsDefaultPort: true, UserInfo: "" }
                ? below
                : throw Wrong(RelativeVariable, "expected a path that begins with a slash", relative);
        }

        if (environment(FullVariable) is not { Length: > 0 } full)
            return null;
        if (!Uri.TryCreate(full, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https") || address.UserInfo.Length > 0)
            throw Wrong(FullVariable, "expected an http or https URL without a user", full);
        // A token in the clear is for this machine only. Names are not asked what address they have: the answer may be another the next time.
        return address.Scheme == "https" || IsNear(address)
            ? address
            : throw Wrong(FullVariable, $"over http only a loopback address or {string.Join(", ", Agents.AsEnumerable())} is asked", full);
    }

    public async Task<AwsCredentials> FetchAsync()
    {
        var authorization = Authorization();
        var request = new StoreRequest("get the credentials of the container from", Shown, BodyLength: 0, _ => ValueTask.FromResult(Make(authorization)))
        {
            Who = "the container's agent",
        };
        var body = await http.SendAsync(request, (response, _, token) => MetadataAnswer.ReadAsync(response, request, token), CancellationToken.None)
            .ConfigureAwait(false);
        return RoleAnswer.Parse(body, request);
    }

    private static bool IsNear(Uri address)
    {
        if (address.IsLoopback)
            return true;
        return IPAddress.TryParse(address.IdnHost, out var ip) && (IPAddress.IsLoopback(ip) || Agents.Contains(ip));
    }

    private string? Authorization()
    {
        if (!string.IsNullOrEmpty(tokenFile))
            return IdentityFile.Read(tokenFile, TokenFileVariable);
        if (string.IsNullOrEmpty(token))
            return null;
        return token.Any(char.IsControl)
            ? throw new ObjectStorageException(ObjectStorageError.AccessDenied, $"{TokenVariable} holds what cannot be sent in a header.")
            : token;
    }

    private HttpRequestMessage Make(string? authorization)
    {
        var message = new HttpRequestMessage(HttpMethod.Get, address);
        message.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        if (authorization is not null)
            message.Headers.TryAddWithoutValidation("authorization", authorization);
        return message;
    }

    private static ObjectStorageException Wrong(string setting, string fault, string value) =>
        new(ObjectStorageError.InvalidKey, $"The setting {setting} of the environment is wrong: {fault}, got '{ObjectKey.Printable(value)}'.");
}
