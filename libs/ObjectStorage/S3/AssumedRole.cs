using System.Security.Cryptography;
using System.Text;
using Tideway.ObjectStorage.Http;
using Tideway.ObjectStorage.Roots;
using Tideway.ObjectStorage.Temporary;

namespace Tideway.ObjectStorage.S3;

/// <summary>
/// Temporary credentials by a security token service: a role, narrowed to the folder by a policy that comes with the request.
/// See <see href="https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html">AssumeRole</see>.
/// </summary>
internal sealed class AssumedRole(
    Uri endpoint,
    string roleArn,
    string? externalId,
    RemoteLocation root,
    AwsCredentialSource credentials,
    SigningKeys keys,
    StoreHttp http
) : ITemporaryCredentials
{
    private const int LeastSeconds = 900;
    private const int MostSeconds = 12 * 3600;

    // For whoever is a role already.
    private const int MostSecondsOfRole = 3600;

    private const string FormType = "application/x-www-form-urlencoded; charset=utf-8";

    public async Task<TemporaryCredentials> IssueAsync(StorageLocation folder, TimeSpan lifetime, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(folder);
        var path = root.Key(folder.RelativePath);
        await credentials.GetAsync(cancellationToken).ConfigureAwait(false);
        var most = credentials.IsRole ? MostSecondsOfRole : MostSeconds;
        var body = Encoding.ASCII.GetBytes(Form(path, (int)Math.Clamp(Math.Ceiling(lifetime.TotalSeconds), LeastSeconds, most)));
        var request = new StoreRequest("get temporary credentials for", folder.Uri.ToString(), body.Length, token => MakeAsync(body, token))
        {
            Who = "the security token service",
        };
        var made = await http.SendAsync(request, (response, _, token) => StsAnswer.ReadAsync(response, request, token), cancellationToken)
            .ConfigureAwait(false);
        return new TemporaryCredentials.Aws(made.AccessKeyId, made.SecretAccessKey, made.SessionToken!, made.ExpiresAt!.Value);
    }

    private string Form(string path, int seconds)
    {
        var partition = roleArn.Split(':') is ["arn", { Length: > 0 } given, ..] ? given : "aws";
        List<(string Name, string Value)> fields =
        [
            ("Action", "AssumeRole"),
            ("DurationSeconds", seconds.ToString()),
            ("Policy", SessionPolicy.ReadAndList(partition, root.Bucket, path)),
            ("RoleArn", roleArn),
            ("RoleSessionName", $"tideway-{Guid.CreateVersion7():N}"),
            ("Version", "2011-06-15"),
        ];
        if (!string.IsNullOrEmpty(externalId))
            fields.Add(("ExternalId", externalId));
        return string.Join('&', fields.Select(field => $"{field.Name}={PercentEncoding.Value(field.Value)}"));
    }

    private async ValueTask<HttpRequestMessage> MakeAsync(byte[] body, CancellationToken cancellationToken)
    {
        var now = http.Time.GetUtcNow();
        var who = await credentials.GetAsync(cancellationToken).ConfigureAwait(false);
        var time = now.UtcDateTime.ToString(RequestSignature.TimeFormat);
        var host = EndpointHost.Of(endpoint);
        List<(string Name, string Value)> headers = [("content-type", FormType), ("host", host), ("x-amz-date", time)];
        if (who.SessionToken is { } token)
            headers.Add(("x-amz-security-token", token));
        var message = new HttpRequestMessage(HttpMethod.Post, endpoint) { Content = new ByteArrayContent(body) };
        foreach (var (name, value) in headers)
        {
            if (name == "content-type")
                message.Content.Headers.TryAddWithoutValidation(name, value);
            else if (name != "host")
                message.Headers.TryAddWithoutValidation(name, value);
        }

        var hash = Convert.ToHexStringLower(SHA256.HashData(body));
        message.Headers.TryAddWithoutValidation(
            "authorization",
            RequestSignature.Authorization(keys.Of(who, now), time, "POST", endpoint.AbsolutePath, "", headers, hash)
        );
        return message;
    }
}
