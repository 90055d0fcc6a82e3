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

    // A token in the clear is for this machine only, and for the agents of ECS and EKS.
    private static readonly EnvironmentUrl Full = new(FullVariable)
    {
        IsWhole = true,
        AskedInTheClear = [IPAddress.Parse(EcsHost), IPAddress.Parse("169.254.170.23"), IPAddress.Parse("fd00:ec2::23")],
    };

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
            return
                relative.StartsWith('/')
                && Uri.TryCreate($"http://{EcsHost}{relative}", UriKind.Absolute, out var below)
                && below is { Host: EcsHost, IsDefaultPort: true, UserInfo: "" }
                ? below
                : throw EnvironmentUrl.Wrong(RelativeVariable, "expected a path that begins with a slash", relative);
        return Full.Find(environment);
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
}
