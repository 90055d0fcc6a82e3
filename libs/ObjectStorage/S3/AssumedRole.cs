using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Xml;
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
    private const string FormType = "application/x-www-form-urlencoded; charset=utf-8";

    private static readonly XmlReaderSettings Xml = new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null };

    public Task<TemporaryCredentials> IssueAsync(StorageLocation folder, TimeSpan lifetime, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(folder);
        var path = root.Key(folder.RelativePath);
        var body = Encoding.ASCII.GetBytes(Form(path, (int)Math.Clamp(Math.Ceiling(lifetime.TotalSeconds), LeastSeconds, MostSeconds)));
        var request = new StoreRequest("get temporary credentials for", folder.Uri.ToString(), body.Length, _ => ValueTask.FromResult(Make(body)));
        return http.SendAsync<TemporaryCredentials>(
            request,
            async (response, _, token) =>
            {
                using (response)
                {
                    if (response.StatusCode != HttpStatusCode.OK)
                        throw StoreFailure.Of(await StoreAnswer.ReadAsync(response, token).ConfigureAwait(false), request.Action, request.Address);
                    return Read(await response.Content.ReadAsStringAsync(token).ConfigureAwait(false), request);
                }
            },
            cancellationToken
        );
    }

    private static TemporaryCredentials.Aws Read(string answer, StoreRequest request)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        try
        {
            using var reader = XmlReader.Create(new StringReader(answer), Xml);
            while (!reader.EOF)
            {
                if (reader.NodeType == XmlNodeType.Element && reader.LocalName is "AccessKeyId" or "SecretAccessKey" or "SessionToken" or "Expiration")
                    fields[reader.LocalName] = reader.ReadElementContentAsString();
                else
                    reader.Read();
            }

            return new TemporaryCredentials.Aws(
                fields["AccessKeyId"],
                fields["SecretAccessKey"],
                fields["SessionToken"],
                DateTimeOffset.Parse(fields["Expiration"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal)
            );
        }
        catch (Exception exception) when (exception is XmlException or KeyNotFoundException or FormatException)
        {
            // Not the exception itself, which could show a piece of the answer.
            throw new ObjectStorageException(
                ObjectStorageError.Unavailable,
                $"Could not {request.Action} '{request.Address}': the answer of the security token service has not the four fields of credentials."
            );
        }
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

    private HttpRequestMessage Make(byte[] body)
    {
        var now = http.Time.GetUtcNow();
        var who = credentials.Current();
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
