using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Tideway.Testing.Stores;

/// <summary>
/// A small Google Cloud Storage: the token endpoint, which checks the account's assertion; the XML interface with that token or a V4 signed URL, whose
/// signature it checks with the account's public key; and the exchange of a token for a narrower one, which then opens no more than its boundary says.
/// </summary>
public sealed class FakeGcs : IAsyncDisposable
{
    /// <summary>How long the token of the account is good, in seconds.</summary>
    public const int AccountTokenSeconds = 2400;

    private const string Email = "reader@project.iam.gserviceaccount.com";

    private readonly RSA signingKey = RSA.Create(2048);
    private readonly WebApplication app;
    private readonly ConcurrentDictionary<string, (byte[] Content, DateTimeOffset Written, string? WriteId, string Tag)> objects = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, (string Key, string? WriteId, DateTimeOffset Begun, ConcurrentDictionary<int, byte[]> Parts)> uploads = new(
        StringComparer.Ordinal
    );
    private readonly Lock gate = new();
    private readonly string folder = Directory.CreateTempSubdirectory("tideway-gcs-").FullName;
    private readonly ConcurrentDictionary<string, AccessBoundary> narrowed = new(StringComparer.Ordinal);
    private long tags;

    private FakeGcs(WebApplication app) => this.app = app;

    /// <summary>The address of the store; tokens are exchanged at <c>/sts</c> of it.</summary>
    public Uri Endpoint => new(app.Urls.First());

    /// <summary>The key file of the account.</summary>
    public string KeyFile => Path.Combine(folder, "key.json");

    /// <summary>The forms that asked for tokens.</summary>
    public IList<Dictionary<string, string>> TokenRequests { get; } = new List<Dictionary<string, string>>();

    /// <summary>The keys of the uploads that were begun and neither completed nor aborted.</summary>
    public IEnumerable<string> UnfinishedUploads => uploads.Values.Select(upload => upload.Key).Order(StringComparer.Ordinal);

    /// <summary>How many objects are listed at a time.</summary>
    public int PageSize { get; set; } = 1000;

    /// <summary>What the next completion of an upload is answered instead of success.</summary>
    public string Completion { get; set; } = "";

    /// <summary>Starts one on a free port.</summary>
    public static async Task<FakeGcs> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0").ConfigureKestrel(options => options.Limits.MaxRequestBodySize = null);
        var fake = new FakeGcs(builder.Build());
        fake.app.MapPost("/token", fake.TokenAsync);
        fake.app.MapPost("/sts", fake.ExchangeAsync);
        fake.app.Map("/{bucket}/{**key}", fake.ServeAsync);
        await fake.app.StartAsync();
        await File.WriteAllTextAsync(
            fake.KeyFile,
            JsonSerializer.Serialize(
                new
                {
                    type = "service_account",
                    client_email = Email,
                    private_key = fake.signingKey.ExportPkcs8PrivateKeyPem(),
                    token_uri = new Uri(fake.Endpoint, "/token"),
                }
            )
        );
        return fake;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        signingKey.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private async Task<IResult> TokenAsync(HttpRequest request)
    {
        var form = await request.ReadFormAsync();
        lock (gate)
            TokenRequests.Add(form.ToDictionary(field => field.Key, field => field.Value.ToString(), StringComparer.Ordinal));
        var parts = form["assertion"].ToString().Split('.');
        var signed = signingKey.VerifyData(
            Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"),
            Base64Url.DecodeFromChars(parts[2]),
            HashAlgorithmName.SHA256,
            RSASignaturePadding.Pkcs1
        );
        using var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[1]));
        return
            signed
            && form["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer"
            && claims.RootElement.GetProperty("iss").GetString() == Email
            && claims.RootElement.GetProperty("aud").GetString() == new Uri(Endpoint, "/token").AbsoluteUri
            ? Results.Json(
                new
                {
                    access_token = "token-of-the-account",
                    expires_in = AccountTokenSeconds,
                    token_type = "Bearer",
                }
            )
            : Results.Json(new { error = "invalid_grant", error_description = "Invalid JWT Signature." }, statusCode: 400);
    }

    private async Task<IResult> ExchangeAsync(HttpRequest request)
    {
        var form = await request.ReadFormAsync();
        lock (gate)
            TokenRequests.Add(form.ToDictionary(field => field.Key, field => field.Value.ToString(), StringComparer.Ordinal));
        var fits =
            form.Count == 5
            && form["grant_type"] == "urn:ietf:params:oauth:grant-type:token-exchange"
            && form["requested_token_type"] == "urn:ietf:params:oauth:token-type:access_token"
            && form["subject_token_type"] == "urn:ietf:params:oauth:token-type:access_token"
            && form["subject_token"] == "token-of-the-account";
        if (!fits || AccessBoundary.TryParse(form["options"].ToString()) is not { } boundary)
            return Results.Json(new { error = "invalid_grant" }, statusCode: 400);
        var token = $"narrow-token-{narrowed.Count}";
        narrowed[token] = boundary;
        return Results.Json(
            new
            {
                access_token = token,
                issued_token_type = "urn:ietf:params:oauth:token-type:access_token",
                // Without its end: it is that of the subject token.
                token_type = "Bearer",
            }
        );
    }

    private async Task ServeAsync(HttpContext context, string bucket, string? key = null)
    {
        var (request, response) = (context.Request, context.Response);
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body);
        if (request.Headers.Authorization != "Bearer token-of-the-account" && !IsSigned(request) && !IsWithinBoundary(request, bucket))
        {
            await FailAsync(context, 403, request.Headers.Authorization.Count > 0 ? "AccessDenied" : "SignatureDoesNotMatch");
            return;
        }

        key = KeyOf(request, bucket);
        switch (request.Method)
        {
            case "GET" when key.Length == 0 && request.Query.ContainsKey("uploads"):
                await ListUploadsAsync(response, request);
                break;
            case "GET" when key.Length == 0:
                await ListAsync(response, request);
                break;
            case "GET" or "HEAD":
                await ReadAsync(context, key);
                break;
            case "PUT" when request.Query.TryGetValue("uploadId", out var id):
                uploads[id.ToString()].Parts[int.Parse(request.Query["partNumber"].ToString(), CultureInfo.InvariantCulture)] = body.ToArray();
                response.Headers.ETag = "\"part\"";
                break;
            case "PUT":
                if (!Write(key, body.ToArray(), request.Headers["x-goog-meta-tideway-write"], request.Headers["x-goog-if-generation-match"] == "0"))
                    await FailAsync(context, 412, "PreconditionFailed");
                break;
            case "POST" when request.Query.ContainsKey("uploads"):
                var upload = Guid.CreateVersion7().ToString("N");
                uploads[upload] = (key, request.Headers["x-goog-meta-tideway-write"], TimeProvider.System.GetUtcNow(), new());
                await response.WriteAsync($"<InitiateMultipartUploadResult><UploadId>{upload}</UploadId></InitiateMultipartUploadResult>");
                break;
            case "POST":
                if (!uploads.TryRemove(request.Query["uploadId"].ToString(), out var done))
                {
                    await FailAsync(context, 404, "NoSuchUpload");
                    break;
                }

                if (Completion == "<Error>")
                {
                    Completion = "";
                    uploads[request.Query["uploadId"].ToString()] = done;
                    await response.WriteAsync("<Error><Code>InternalError</Code><Message>Try again.</Message></Error>");
                    break;
                }

                if (request.Headers.ContainsKey("x-goog-if-generation-match"))
                {
                    uploads[request.Query["uploadId"].ToString()] = done;
                    await FailAsync(context, 400, "NotImplemented");
                    break;
                }

                var whole = done.Parts.OrderBy(part => part.Key).SelectMany(part => part.Value).ToArray();
                Write(key, whole, done.WriteId, onlyIfAbsent: false);
                await response.WriteAsync(Completion.Length > 0 ? Completion : "<CompleteMultipartUploadResult/>");
                Completion = "";
                break;
            case "DELETE" when request.Query.TryGetValue("uploadId", out var aborted):
                uploads.TryRemove(aborted.ToString(), out _);
                response.StatusCode = 204;
                break;
            default:
                response.StatusCode = objects.TryRemove(key, out _) ? 204 : 404;
                break;
        }
    }

    private bool Write(string key, byte[] content, string? writeId, bool onlyIfAbsent)
    {
        var value = (content, TimeProvider.System.GetUtcNow(), writeId, $"\"{Interlocked.Increment(ref tags)}\"");
        if (onlyIfAbsent)
            return objects.TryAdd(key, value);
        objects[key] = value;
        return true;
    }

    private async Task ListAsync(HttpResponse response, HttpRequest request)
    {
        var prefix = request.Query["prefix"].ToString();
        var after = request.Query.TryGetValue("continuation-token", out var token) ? token.ToString() : request.Query["start-after"].ToString();
        var keys = objects
            .Keys.Where(key => key.StartsWith(prefix, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Where(key => string.CompareOrdinal(key, after) > 0)
            .ToList();
        var most = int.TryParse(request.Query["max-keys"].ToString(), CultureInfo.InvariantCulture, out var few) ? Math.Min(few, PageSize) : PageSize;
        var page = keys.Take(most).ToList();
        var text = new StringBuilder("<?xml version='1.0' encoding='UTF-8'?><ListBucketResult xmlns='http://doc.s3.amazonaws.com/2006-03-01'>")
            .Append("<EncodingType>url</EncodingType><IsTruncated>")
            .Append(keys.Count > page.Count ? "true" : "false")
            .Append("</IsTruncated>");
        if (keys.Count > page.Count)
            text.Append("<NextContinuationToken>").Append(WebUtility.HtmlEncode(page[^1])).Append("</NextContinuationToken>");
        foreach (var key in page)
        {
            var found = objects[key];
            text.Append("<Contents><Key>")
                .Append(Uri.EscapeDataString(key))
                .Append("</Key><Generation>1</Generation><LastModified>")
                .Append(found.Written.ToString("O", CultureInfo.InvariantCulture));
            text.Append("</LastModified><ETag>")
                .Append(WebUtility.HtmlEncode(found.Tag))
                .Append("</ETag><Size>")
                .Append(found.Content.Length)
                .Append("</Size></Contents>");
        }

        response.ContentType = "application/xml";
        await response.WriteAsync(text.Append("</ListBucketResult>").ToString());
    }

    private async Task ListUploadsAsync(HttpResponse response, HttpRequest request)
    {
        var prefix = request.Query["prefix"].ToString();
        var text = new StringBuilder(
            "<?xml version='1.0' encoding='UTF-8'?><ListMultipartUploadsResult xmlns='http://s3.amazonaws.com/doc/2006-03-01/'>"
        ).Append("<IsTruncated>false</IsTruncated>");
        foreach (var (id, upload) in uploads.Where(upload => upload.Value.Key.StartsWith(prefix, StringComparison.Ordinal)))
        {
            text.Append("<Upload><Key>")
                .Append(WebUtility.HtmlEncode(upload.Key))
                .Append("</Key><UploadId>")
                .Append(id)
                .Append("</UploadId><StorageClass>STANDARD</StorageClass><Initiated>")
                .Append(upload.Begun.ToString("O", CultureInfo.InvariantCulture))
                .Append("</Initiated></Upload>");
        }

        response.ContentType = "application/xml";
        await response.WriteAsync(text.Append("</ListMultipartUploadsResult>").ToString());
    }

    private async Task ReadAsync(HttpContext context, string key)
    {
        if (!objects.TryGetValue(key, out var found))
        {
            await FailAsync(context, 404, "NoSuchKey");
            return;
        }

        if (found.WriteId is { } writeId)
            context.Response.Headers["x-goog-meta-tideway-write"] = writeId;
        await Results
            .Bytes(found.Content, "application/octet-stream", enableRangeProcessing: true, lastModified: found.Written, entityTag: new(found.Tag))
            .ExecuteAsync(context);
    }

    private bool IsSigned(HttpRequest request)
    {
        if (!request.Query.TryGetValue("X-Goog-Signature", out var signature))
            return false;
        var target = Target(request).Split('?');
        var query = target[1].Split("&X-Goog-Signature=")[0];
        var canonical = $"{request.Method}\n{target[0]}\n{query}\nhost:{request.Host.Host}\n\nhost\nUNSIGNED-PAYLOAD";
        var time = request.Query["X-Goog-Date"].ToString();
        var text =
            $"GOOG4-RSA-SHA256\n{time}\n{time[..8]}/auto/storage/goog4_request\n{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}";
        return signingKey.VerifyData(
            Encoding.ASCII.GetBytes(text),
            Convert.FromHexString(signature.ToString()),
            HashAlgorithmName.SHA256,
            RSASignaturePadding.Pkcs1
        );
    }

    private bool IsWithinBoundary(HttpRequest request, string bucket)
    {
        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method))
            return false;
        var token = request.Headers.Authorization.ToString();
        if (!token.StartsWith("Bearer ", StringComparison.Ordinal) || !narrowed.TryGetValue(token["Bearer ".Length..], out var boundary))
            return false;
        var key = KeyOf(request, bucket);
        return key.Length > 0 ? boundary.AllowsReading(bucket, key) : boundary.AllowsListing(bucket, request.Query["prefix"].ToString());
    }

    private static string KeyOf(HttpRequest request, string bucket) =>
        Uri.UnescapeDataString(Target(request).Split('?')[0].TrimStart('/')[bucket.Length..].TrimStart('/'));

    private static string Target(HttpRequest request) => request.HttpContext.Features.Get<IHttpRequestFeature>()!.RawTarget;

    private static async Task FailAsync(HttpContext context, int status, string code)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/xml";
        context.Response.Headers["x-guploader-uploadid"] = "FAKE";
        if (context.Request.Method != "HEAD")
            await context.Response.WriteAsync($"<Error><Code>{code}</Code><Message>No.</Message></Error>");
    }
}
