using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Tideway.ObjectStorage;

namespace Tideway.Testing.Stores;

/// <summary>
/// A small Azure with what its emulator has not: tokens of an application, user delegation keys, and signatures made with them, for blobs and for folders of an
/// account with a hierarchical namespace. Checks requests as the vendor documents them and answers anything else with an error.
/// </summary>
public sealed class FakeAzure : IAsyncDisposable
{
    /// <summary>The one account.</summary>
    public const string Account = "acme";

    /// <summary>The one application and its secret.</summary>
    public const string TenantId = "11111111-2222-3333-4444-555555555555",
        ClientId = "66666666-7777-8888-9999-000000000000",
        ClientSecret = "s~cret/of+the application";

    /// <summary>What another identity provider says of the application, the header that App Service asks of its processes, and an identity that the machine has.</summary>
    public const string FederatedToken = "assertion.of+another/provider",
        AppHeader = "header-of-the-app",
        MachineIdentity = "77777777-8888-9999-aaaa-bbbbbbbbbbbb";

    private const string Token = "token-of-the-application";

    private readonly WebApplication app;
    private readonly UserDelegation delegation = new();
    private readonly ConcurrentDictionary<string, (byte[] Content, DateTimeOffset Written)> blobs = new(StringComparer.Ordinal);

    private FakeAzure(WebApplication app) => this.app = app;

    /// <summary>Whether the account has a hierarchical namespace.</summary>
    public bool IsHierarchical { get; set; } = true;

    /// <summary>Where tokens come from.</summary>
    public Uri Authority => new(app.Urls.First());

    /// <summary>The address of the account.</summary>
    public Uri Endpoint => new(Authority, Account);

    /// <summary>The most that a part of a list holds.</summary>
    public int PageSize { get; set; } = 5000;

    /// <summary>The queries of tokens that the machine or the app was asked for.</summary>
    public ConcurrentQueue<string> IdentityCalls { get; } = new();

    /// <summary>With what status the machine and the app answer in place of a token; null where they give one.</summary>
    public int? IdentityStatus { get; set; }

    /// <summary>The queries of lists that were asked for.</summary>
    public ConcurrentQueue<string> Lists { get; } = new();

    /// <summary>Starts one on a free port.</summary>
    public static async Task<FakeAzure> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var fake = new FakeAzure(builder.Build());
        fake.app.MapPost("/{tenant}/oauth2/v2.0/token", TokenAsync);
        fake.app.MapGet("/metadata/identity/oauth2/token", fake.GiveMachineToken);
        fake.app.MapGet("/msi/token", fake.GiveAppToken);
        fake.app.Map($"/{Account}/", fake.ServeAccountAsync);
        fake.app.Map($"/{Account}/{{container}}/{{**key}}", fake.ServeAsync);
        await fake.app.StartAsync();
        return fake;
    }

    /// <summary>The storage root <c>lake</c>, which is a folder of the container <c>data</c>, as the application reads and writes it.</summary>
    public StorageRoots OpenLake() =>
        new(
            new StorageRootOptions
            {
                Roots = { ["lake"] = $"abfss://data@{Account}.dfs.core.windows.net/lake" },
                Access =
                {
                    ["lake"] = new StorageAccessOptions
                    {
                        Endpoint = Endpoint,
                        AuthorityEndpoint = Authority,
                        TenantId = TenantId,
                        ClientId = ClientId,
                        ClientSecret = ClientSecret,
                    },
                },
            }
        );

    /// <inheritdoc />
    public ValueTask DisposeAsync() => app.DisposeAsync();

    private static async Task<IResult> TokenAsync(HttpRequest request, string tenant)
    {
        var form = await request.ReadFormAsync();
        var isProven =
            form["client_assertion"].Count > 0
                ? form.Count == 5
                    && form["client_assertion"] == FederatedToken
                    && form["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
                : form.Count == 4 && form["client_secret"] == ClientSecret;
        var fits =
            tenant == TenantId
            && isProven
            && form["grant_type"] == "client_credentials"
            && form["client_id"] == ClientId
            && form["scope"] == "https://storage.azure.com/.default";
        return fits
            ? Results.Json(
                new
                {
                    token_type = "Bearer",
                    expires_in = 3599,
                    access_token = Token,
                }
            )
            : Results.Json(new { error = "invalid_client", error_description = "AADSTS7000215: Invalid client secret provided." }, statusCode: 401);
    }

    // With texts in place of numbers, as the metadata service of a machine answers.
    private IResult GiveMachineToken(HttpRequest request)
    {
        IdentityCalls.Enqueue(request.QueryString.Value!);
        if (IdentityStatus is { } status)
            return Results.Json(new { error = "unavailable" }, statusCode: status);
        var isKnown = request.Query["client_id"].ToString() is "" or MachineIdentity;
        return request.Headers["metadata"] != "true" || request.Query["api-version"] != "2018-02-01" || !IsForStorage(request) || !isKnown
            ? Results.Json(new { error = "invalid_request", error_description = "Identity not found" }, statusCode: 400)
            : Results.Json(
                new
                {
                    access_token = Token,
                    client_id = MachineIdentity,
                    expires_in = "86399",
                    expires_on = "1",
                    resource = "https://storage.azure.com/",
                    token_type = "Bearer",
                }
            );
    }

    private IResult GiveAppToken(HttpRequest request)
    {
        IdentityCalls.Enqueue(request.QueryString.Value!);
        if (IdentityStatus is { } status)
            return Results.Json(new { message = "unavailable" }, statusCode: status);
        return request.Headers["x-identity-header"] != AppHeader || request.Query["api-version"] != "2019-08-01" || !IsForStorage(request)
            ? Results.Json(new { statusCode = 401, message = "Unauthorized" }, statusCode: 401)
            : Results.Json(
                new
                {
                    access_token = Token,
                    expires_on = TimeProvider.System.GetUtcNow().AddHours(24).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
                    resource = "https://storage.azure.com/",
                    token_type = "Bearer",
                }
            );
    }

    private static bool IsForStorage(HttpRequest request) => request.Query["resource"] == "https://storage.azure.com/";

    private async Task ServeAccountAsync(HttpContext context)
    {
        var (request, response) = (context.Request, context.Response);
        if (!IsApplication(request))
        {
            await FailAsync(context, 403, "AuthenticationFailed");
            return;
        }

        switch (request.Method, request.Query["restype"].ToString(), request.Query["comp"].ToString())
        {
            case ("GET", "account", "properties"):
                response.Headers["x-ms-is-hns-enabled"] = IsHierarchical ? "true" : "false";
                response.Headers["x-ms-account-kind"] = "StorageV2";
                break;
            case ("POST", "service", "userdelegationkey"):
                using (var reader = new StreamReader(request.Body))
                {
                    if (delegation.Issue(await reader.ReadToEndAsync()) is { } key)
                        await WriteXmlAsync(response, key);
                    else
                        await FailAsync(context, 400, "InvalidXmlDocument");
                }

                break;
            default:
                await FailAsync(context, 400, "InvalidQueryParameterValue");
                break;
        }
    }

    private async Task ServeAsync(HttpContext context, string container, string? key = null)
    {
        var (request, response) = (context.Request, context.Response);
        var path = Uri.UnescapeDataString(context.Features.Get<IHttpRequestFeature>()!.RawTarget.Split('?')[0])[$"/{Account}/{container}".Length..]
            .TrimStart('/');
        var isList = path.Length == 0 && request.Query["comp"] == "list";
        var isRead = HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method);
        var isSigned = request.Query.ContainsKey("sig");
        var needed = isList ? 'l' : 'r';
        if (
            isSigned
                ? !isRead || !delegation.Allows(request.Query, Account, container, isList ? request.Query["prefix"].ToString() : path, needed)
                : !IsApplication(request)
        )
        {
            await FailAsync(context, 403, isSigned ? "AuthorizationPermissionMismatch" : "AuthenticationFailed");
            return;
        }

        var name = $"{container}/{path}";
        switch (request.Method)
        {
            case "GET" when isList:
                Lists.Enqueue(request.QueryString.Value!);
                await WriteXmlAsync(response, List(container, request.Query));
                break;
            case "GET" or "HEAD" when blobs.TryGetValue(name, out var blob):
                await Results.Bytes(blob.Content, "application/octet-stream", enableRangeProcessing: true, lastModified: blob.Written).ExecuteAsync(context);
                break;
            case "GET" or "HEAD" when IsHierarchical && blobs.Keys.Any(blob => blob.StartsWith(name + "/", StringComparison.Ordinal)):
                response.Headers["x-ms-resource-type"] = "directory";
                response.ContentLength = 0;
                break;
            case "GET" or "HEAD":
                await FailAsync(context, 404, "BlobNotFound");
                break;
            case "PUT" when request.Headers["x-ms-blob-type"] == "BlockBlob" && request.ContentLength is not null:
                using (var body = new MemoryStream())
                {
                    await request.Body.CopyToAsync(body);
                    var written = (body.ToArray(), TimeProvider.System.GetUtcNow());
                    if (request.Headers.IfNoneMatch != "*")
                        blobs[name] = written;
                    else if (!blobs.TryAdd(name, written))
                    {
                        await FailAsync(context, 409, "BlobAlreadyExists");
                        return;
                    }
                }

                response.StatusCode = 201;
                break;
            case "DELETE":
                response.StatusCode = blobs.TryRemove(name, out _) ? 202 : 404;
                break;
            default:
                await FailAsync(context, 400, "InvalidInput");
                break;
        }
    }

    // The mark of a place is the name that the next part begins with, in a form that says so to nobody. With a hierarchical namespace what is in a folder comes where
    // the folder does.
    private string List(string container, IQueryCollection query)
    {
        var prefix = $"{container}/{query["prefix"]}";
        var from = query.TryGetValue("marker", out var marker) ? $"{container}/{Encoding.UTF8.GetString(Convert.FromHexString(marker.ToString()))}" : "";
        if (query.TryGetValue("startFrom", out var start))
            from = $"{container}/{start}";
        var most = query.TryGetValue("maxresults", out var wanted) ? int.Parse(wanted.ToString(), CultureInfo.InvariantCulture) : PageSize;
        var names = blobs
            .Keys.Where(name => name.StartsWith(prefix, StringComparison.Ordinal) && string.CompareOrdinal(OrderOf(name), OrderOf(from)) >= 0)
            .OrderBy(OrderOf, StringComparer.Ordinal)
            .ToList();
        var listed = names
            .Take(most)
            .Select(name => new XElement(
                "Blob",
                new XElement("Name", name[(container.Length + 1)..]),
                new XElement(
                    "Properties",
                    new XElement("Last-Modified", blobs[name].Written.ToString("R", CultureInfo.InvariantCulture)),
                    new XElement("Content-Length", blobs[name].Content.Length),
                    new XElement("ResourceType", "file")
                )
            ));
        var next = names.Count > most ? Convert.ToHexString(Encoding.UTF8.GetBytes(names[most][(container.Length + 1)..])) : "";
        return new XElement("EnumerationResults", new XElement("Blobs", listed), new XElement("NextMarker", next)).ToString();
    }

    private string OrderOf(string name) => IsHierarchical ? name.Replace('/', '\u0001') : name;

    private static bool IsApplication(HttpRequest request) =>
        request.Headers.Authorization == $"Bearer {Token}" && request.Headers["x-ms-version"].ToString().Length == "2022-11-02".Length;

    private static Task WriteXmlAsync(HttpResponse response, string xml)
    {
        response.ContentType = "application/xml";
        return response.WriteAsync("<?xml version=\"1.0\" encoding=\"utf-8\"?>" + xml);
    }

    private static async Task FailAsync(HttpContext context, int status, string code)
    {
        context.Response.StatusCode = status;
        context.Response.Headers["x-ms-error-code"] = code;
        if (!HttpMethods.IsHead(context.Request.Method))
            await WriteXmlAsync(context.Response, $"<Error><Code>{code}</Code><Message>No.</Message></Error>");
    }
}
