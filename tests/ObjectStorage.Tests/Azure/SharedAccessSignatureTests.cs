using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Web;
using Tideway.ObjectStorage.Http;
using Tideway.ObjectStorage.Roots;
using Tideway.ObjectStorage.Temporary;
using Tideway.ObjectStorage.Tests.Http;
using Tideway.ObjectStorage.Tests.S3;

namespace Tideway.ObjectStorage.Tests.Azure;

/// <summary>What an application signs that has no account key.</summary>
public sealed class SharedAccessSignatureTests : IDisposable
{
    private const string KeyValue = "a2V5LW9mLXRoZS11c2Vy";

    private readonly ManualTime time = new(new DateTimeOffset(2026, 3, 9, 12, 0, 0, TimeSpan.Zero));
    private readonly List<(HttpRequestMessage Request, string Body)> asked;
    private readonly StorageRoots roots;
    private bool isHierarchical = true;

    public SharedAccessSignatureTests()
    {
        var handler = new ScriptedHandler(Answer);
        asked = handler.Asked;
        var options = new StorageAccessOptions
        {
            TenantId = "tenant",
            ClientId = "client",
            ClientSecret = "secret/text",
        };
        roots = new StorageRoots(
            new StorageRootOptions { Roots = { ["lake"] = "abfss://data@acme.dfs.core.windows.net/lake" }, Access = { ["lake"] = options } },
            new RemoteRootFactory(time, () => new StoreHttp(time, S3Fixture.Quick, handler))
        );
    }

    public void Dispose() => roots.Dispose();

    [Fact]
    public async Task An_address_is_signed_with_a_user_delegation_key_that_is_fetched_once()
    {
        var root = roots.FindRemote("lake")!;
        await root.PrepareSigningAsync(TimeSpan.FromHours(1), default);
        await root.PrepareSigningAsync(TimeSpan.FromHours(1), default);

        var url = root.Sign("flights", "a b.parquet", TimeSpan.FromHours(1));

        asked.Count.ShouldBe(2);
        asked[0].Request.RequestUri!.AbsoluteUri.ShouldBe("https://login.microsoftonline.com/tenant/oauth2/v2.0/token");
        asked[0].Body.ShouldBe("grant_type=client_credentials&client_id=client&client_secret=secret%2Ftext&scope=https%3A%2F%2Fstorage.azure.com%2F.default");
        asked[1].Request.RequestUri!.AbsoluteUri.ShouldBe("https://acme.blob.core.windows.net/?comp=userdelegationkey&restype=service");
        asked[1].Request.Headers.Authorization!.ToString().ShouldBe("Bearer app-token");
        asked[1].Body.ShouldBe("<KeyInfo><Start>2026-03-09T11:45:00Z</Start><Expiry>2026-03-09T20:00:00Z</Expiry></KeyInfo>");
        var uri = new Uri(url.Url);
        uri.GetLeftPart(UriPartial.Path).ShouldBe("https://acme.blob.core.windows.net/data/lake/flights/a%20b.parquet");
        var query = HttpUtility.ParseQueryString(uri.Query);
        query["sig"]
            .ShouldBe(
                Signature(
                    "r\n\n2026-03-09T13:00:00Z\n/blob/acme/data/lake/flights/a b.parquet\noid\ntid\n2026-03-09T11:45:00Z\n2026-03-09T20:00:00Z\nb\n2022-11-02\n\n\n\n\nhttps\n2022-11-02\nb\n\n\n\n\n\n\n"
                )
            );
        (query["sp"], query["sr"], query["spr"], query["skoid"]).ShouldBe(("r", "b", "https", "oid"));
        url.ExpiresAt.ShouldBe(time.Now.AddHours(1));
    }

    [Fact]
    public async Task A_key_is_asked_for_from_a_while_ago_since_clocks_differ_and_never_for_longer_than_seven_days()
    {
        await roots.FindRemote("lake")!.PrepareSigningAsync(TimeSpan.FromDays(30), default);

        var body = asked[^1].Body;
        var start = DateTimeOffset.Parse(body.Split("<Start>")[1].Split('<')[0], System.Globalization.CultureInfo.InvariantCulture);
        var expiry = DateTimeOffset.Parse(body.Split("<Expiry>")[1].Split('<')[0], System.Globalization.CultureInfo.InvariantCulture);
        start.ShouldBe(time.Now - TimeSpan.FromMinutes(15));
        (expiry - start).ShouldBeLessThan(TimeSpan.FromDays(7));
        (expiry - time.Now).ShouldBeGreaterThan(TimeSpan.FromDays(6.9));
    }

    [Fact]
    public async Task A_key_that_ends_too_soon_is_replaced()
    {
        var root = roots.FindRemote("lake")!;
        await root.PrepareSigningAsync(TimeSpan.FromHours(1), default);
        time.Now += TimeSpan.FromHours(6.5);

        await root.PrepareSigningAsync(TimeSpan.FromHours(1), default);

        asked.Count(call => call.Request.RequestUri!.Query.Contains("userdelegationkey", StringComparison.Ordinal)).ShouldBe(2);
        root.Sign("", "x", TimeSpan.FromHours(1)).ExpiresAt.ShouldBe(time.Now.AddHours(1));
    }

    [Fact]
    public void Without_a_key_nothing_is_signed()
    {
        var refusal = Should.Throw<ObjectStorageException>(() => roots.FindRemote("lake")!.Sign("", "x", TimeSpan.FromHours(1)));

        refusal.Error.ShouldBe(ObjectStorageError.Unavailable);
    }

    [Fact]
    public async Task Temporary_credentials_are_narrowed_to_the_folder()
    {
        var credentials = await roots.FindTemporaryCredentials("lake")!.IssueAsync(roots.Locate("lake", "a/flights"), TimeSpan.FromMinutes(30));

        var token = credentials.ShouldBeOfType<TemporaryCredentials.AzureSas>().SasToken;
        var query = HttpUtility.ParseQueryString(token);
        (query["sp"], query["sr"], query["sdd"]).ShouldBe(("rl", "d", "3"));
        query["se"].ShouldBe("2026-03-09T12:30:01Z");
        query["sig"]
            .ShouldBe(
                Signature(
                    "rl\n\n2026-03-09T12:30:01Z\n/blob/acme/data/lake/a/flights\noid\ntid\n2026-03-09T11:45:00Z\n2026-03-09T19:30:00Z\nb\n2022-11-02\n\n\n\n\nhttps\n2022-11-02\nd\n\n\n\n\n\n\n"
                )
            );
        credentials.ToString().ShouldNotContain("sig=");
        credentials.ExpiresAt.ShouldBe(new DateTimeOffset(2026, 3, 9, 12, 30, 1, TimeSpan.Zero));
    }

    [Fact]
    public async Task An_account_without_folders_gives_no_temporary_credentials()
    {
        isHierarchical = false;

        var refusal = await Should.ThrowAsync<ObjectStorageException>(() =>
            roots.FindTemporaryCredentials("lake")!.IssueAsync(roots.Locate("lake", "flights"), TimeSpan.FromHours(1))
        );

        refusal.Error.ShouldBe(ObjectStorageError.Unsupported);
        refusal.Message.ShouldContain("no hierarchical namespace");
    }

    private static string Signature(string text) =>
        Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(KeyValue), Encoding.UTF8.GetBytes(text)));

    private HttpResponseMessage Answer(HttpRequestMessage request)
    {
        if (request.RequestUri!.Host == "login.microsoftonline.com")
            return new HttpResponseMessage(HttpStatusCode.OK)
            {
                Content = new StringContent("""{"token_type":"Bearer","expires_in":86400,"access_token":"app-token"}"""),
            };
        if (request.RequestUri.Query.Contains("properties", StringComparison.Ordinal))
            return new HttpResponseMessage(HttpStatusCode.OK) { Headers = { { "x-ms-is-hns-enabled", isHierarchical ? "true" : "false" } } };
        var body = asked[^1].Body;
        var expiry = body.Split("<Expiry>")[1].Split('<')[0];
        var start = body.Split("<Start>")[1].Split('<')[0];
        return new HttpResponseMessage(HttpStatusCode.OK)
        {
            Content = new StringContent(
                $"<?xml version=\"1.0\"?><UserDelegationKey><SignedOid>oid</SignedOid><SignedTid>tid</SignedTid><SignedStart>{start}</SignedStart><SignedExpiry>{expiry}</SignedExpiry><SignedService>b</SignedService><SignedVersion>2022-11-02</SignedVersion><Value>{KeyValue}</Value></UserDelegationKey>"
            ),
        };
    }
}
