using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Tideway.ObjectStorage;
using Tideway.ObjectStorage.Signing;

namespace Tideway.DeltaSharing.Tests.Server;

/// <summary>Signed URLs through a real client and a real web server, both of which take a URL apart in their own way.</summary>
public sealed class SignedUrlOverHttpTests : IAsyncLifetime
{
    private static readonly byte[] Key = RandomNumberGenerator.GetBytes(32);
    private static readonly StorageLocation Table = new("lake", "sales/some table", new Uri("file:///lake/sales"));

    private WebApplication app = null!;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        app = builder.Build();
        var verifier = new LocalUrlVerifier([Key], TimeProvider.System);
        app.MapGet(
            "/files/{root}/{**path}",
            (string root, string path, HttpContext context) =>
                verifier.Verify(root, path, context.Request.QueryString.Value) switch
                {
                    LocalUrlVerification.Valid valid => Results.Text(valid.Path),
                    var other => Results.Text(other.GetType().Name, statusCode: 403),
                }
        );
        await app.StartAsync();
    }

    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    [Theory]
    [InlineData("part-1.parquet")]
    [InlineData("p=a b/x.parquet")]
    [InlineData("p=a%2Fb/x.parquet")]
    [InlineData("p=%2e%2e/x")]
    [InlineData("p=100%25/x")]
    [InlineData("p=x+y&z=1?q#f/x")]
    [InlineData("p=a:b;c,d@e$f/x")]
    [InlineData("p='(x)!*~[y]{z}|/x")]
    [InlineData("...hidden/..x/x")]
    [InlineData("\u65e5\u672c/\ud83d\ude00/e\u0301.parquet")]
    public async Task A_signed_url_reaches_its_object_through_client_and_server(string key)
    {
        var url = new LocalUrlSigner(new Uri(app.Urls.Single()), Key, TimeProvider.System).Sign(Table, key, TimeSpan.FromHours(1), "r").Url;
        using var client = new HttpClient();

        (await client.GetStringAsync(url)).ShouldBe("sales/some table/" + key);
        (await client.GetStringAsync(new Uri(url))).ShouldBe("sales/some table/" + key);
        // As a client does that quotes a path again where it thinks it should.
        var parts = url.Split('?');
        var requoted = string.Join('/', parts[0].Split('/').Select((part, i) => i < 3 ? part : Uri.EscapeDataString(Uri.UnescapeDataString(part))));
        (await client.GetStringAsync(requoted + "?" + parts[1])).ShouldBe("sales/some table/" + key);
    }

    [Theory]
    [InlineData("..%2f..%2fetc/passwd")]
    [InlineData("%2e%2e/%2e%2e/etc/passwd")]
    [InlineData("a/%00/b")]
    public async Task A_path_that_climbs_is_never_valid(string path)
    {
        var good = new LocalUrlSigner(new Uri(app.Urls.Single()), Key, TimeProvider.System).Sign(Table, "a", TimeSpan.FromHours(1), "r").Url;
        using var client = new HttpClient();

        using var response = await client.GetAsync($"{app.Urls.Single()}/files/lake/{path}?{good.Split('?')[1]}");

        response.IsSuccessStatusCode.ShouldBeFalse();
    }
}
