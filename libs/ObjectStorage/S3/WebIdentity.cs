using System.Globalization;
using System.Text;
using Tideway.ObjectStorage.Http;

namespace Tideway.ObjectStorage.S3;

/// <summary>
/// A role for whoever has a token of an identity provider, as pods of Kubernetes have one in a file that is replaced from time to time.
/// See <see href="https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html">AssumeRoleWithWebIdentity</see>.
/// </summary>
internal sealed class WebIdentity(Uri endpoint, string roleArn, string tokenFile, string? sessionName, TimeSpan? lifetime, StoreHttp http) : IAwsIdentity
{
    public const string RoleVariable = "AWS_ROLE_ARN";
    public const string TokenFileVariable = "AWS_WEB_IDENTITY_TOKEN_FILE";
    public const string SessionNameVariable = "AWS_ROLE_SESSION_NAME";

    /// <summary>What the service takes, whichever role it is.</summary>
    public static readonly TimeSpan LeastLifetime = TimeSpan.FromMinutes(15);

    /// <inheritdoc cref="LeastLifetime"/>
    public static readonly TimeSpan MostLifetime = TimeSpan.FromHours(12);

    public string Name => $"the web identity of the role '{ObjectKey.Printable(roleArn)}'";

    public async Task<AwsCredentials> FetchAsync()
    {
        var token = IdentityFile.Read(tokenFile, TokenFileVariable);
        List<(string Name, string Value)> fields =
        [
            ("Action", "AssumeRoleWithWebIdentity"),
            ("RoleArn", roleArn),
            ("RoleSessionName", string.IsNullOrEmpty(sessionName) ? $"tideway-{Guid.CreateVersion7():N}" : sessionName),
            ("Version", "2011-06-15"),
            ("WebIdentityToken", token),
        ];
        // Unsaid, it is the service's own hour, which every role allows.
        if (lifetime is { } asked)
            fields.Add(("DurationSeconds", Math.Ceiling(asked.TotalSeconds).ToString("F0", CultureInfo.InvariantCulture)));
        var body = Encoding.ASCII.GetBytes(string.Join('&', fields.Select(field => $"{field.Name}={PercentEncoding.Value(field.Value)}")));
        var request = new StoreRequest(
            $"assume the role '{ObjectKey.Printable(roleArn)}' with the token in '{tokenFile}' at",
            endpoint.GetLeftPart(UriPartial.Path),
            body.Length,
            _ => ValueTask.FromResult(Make(body))
        )
        {
            Who = "the security token service",
        };
        return await http.SendAsync(request, (response, _, token) => StsAnswer.ReadAsync(response, request, token), CancellationToken.None)
            .ConfigureAwait(false);
    }

    // Not signed: the token says who it is.
    private HttpRequestMessage Make(byte[] body)
    {
        var message = new HttpRequestMessage(HttpMethod.Post, endpoint) { Content = new ByteArrayContent(body) };
        message.Content.Headers.TryAddWithoutValidation("content-type", "application/x-www-form-urlencoded; charset=utf-8");
        return message;
    }
}
