using System.Net;
using System.Text;
using Tideway.ObjectStorage.Http;

namespace Tideway.ObjectStorage.S3;

/// <summary>
/// The role of an instance of EC2, told by its metadata service, version 2 only: version 1 answers whoever can make this machine send a request.
/// See <see href="https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html">Access instance metadata</see>.
/// </summary>
internal sealed class InstanceIdentity(Uri endpoint, StoreHttp http) : IAwsIdentity
{
    public const string DisabledVariable = "AWS_EC2_METADATA_DISABLED";
    public const string EndpointVariable = "AWS_EC2_METADATA_SERVICE_ENDPOINT";
    public const string ModeVariable = "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE";

    private const string RolesPath = "/latest/meta-data/iam/security-credentials/";
    private const string TokenHeader = "x-aws-ec2-metadata-token";
    private const string Action = "get the credentials of the instance from";
    private const int MaxNameLength = 256;

    private static readonly EnvironmentUrl Endpoint = new(EndpointVariable);

    private volatile string? role;

    public string Name => role is { } known ? $"the instance's role '{known}'" : "the instance's role";

    private string Base => endpoint.AbsoluteUri.TrimEnd('/');

    /// <summary>Null where the environment says that nobody is to be asked.</summary>
    public static InstanceIdentity? Find(Func<string, string?> environment, StoreHttp http) =>
        string.Equals(environment(DisabledVariable), "true", StringComparison.OrdinalIgnoreCase) ? null : new InstanceIdentity(EndpointOf(environment), http);

    internal static Uri EndpointOf(Func<string, string?> environment)
    {
        if (Endpoint.Find(environment) is { } own)
            return own;
        return string.Equals(environment(ModeVariable), "IPv6", StringComparison.OrdinalIgnoreCase)
            ? new Uri("http://[fd00:ec2::254]")
            : new Uri("http://169.254.169.254");
    }

    public async Task<AwsCredentials> FetchAsync()
    {
        // A token is taken for each time and no more: hours lie between.
        var token = await SendAsync(HttpMethod.Put, "/latest/api/token", ("x-aws-ec2-metadata-token-ttl-seconds", "300")).ConfigureAwait(false);
        var authorization = (TokenHeader, Line(token.Body, token.Request));
        var roles = await SendAsync(HttpMethod.Get, RolesPath, authorization).ConfigureAwait(false);
        var name = Line(roles.Body, roles.Request);
        var answer = await SendAsync(HttpMethod.Get, RolesPath + PercentEncoding.Value(name), authorization).ConfigureAwait(false);
        var credentials = RoleAnswer.Parse(answer.Body, answer.Request);
        role = name;
        return credentials;
    }

    private async Task<(byte[] Body, StoreRequest Request)> SendAsync(HttpMethod method, string path, (string Name, string Value) header)
    {
        var address = Base + path;
        var request = new StoreRequest(
            Action,
            address,
            BodyLength: 0,
            _ =>
            {
                var message = new HttpRequestMessage(method, address);
                message.Headers.TryAddWithoutValidation(header.Name, header.Value);
                return ValueTask.FromResult(message);
            }
        )
        {
            Who = "the instance's metadata service",
        };
        return (await http.SendAsync(request, ReadAsync, CancellationToken.None).ConfigureAwait(false), request);

        Task<byte[]> ReadAsync(HttpResponseMessage response, bool mayBeDone, CancellationToken cancellationToken)
        {
            if (path == RolesPath && response.StatusCode == HttpStatusCode.NotFound)
            {
                response.Dispose();
                throw new ObjectStorageException(ObjectStorageError.AccessDenied, $"Could not {Action} '{address}': the instance has no role.");
            }

            return MetadataAnswer.ReadAsync(response, request, cancellationToken);
        }
    }

    // A token or a name; anything longer or stranger is the page of something else.
    private static string Line(byte[] body, StoreRequest request)
    {
        var text = Encoding.UTF8.GetString(body).Split('\n')[0].Trim();
        return text.Length is > 0 and <= MaxNameLength && text.All(c => c is > ' ' and < '\x7f' and not '<')
            ? text
            : throw new ObjectStorageException(
                ObjectStorageError.Unavailable,
                $"Could not {request.Action} '{request.Address}': the answer of {request.Who} is not what it should be ({body.Length} bytes)."
            );
    }
}
