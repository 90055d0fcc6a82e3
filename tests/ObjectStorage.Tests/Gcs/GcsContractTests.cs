using System.Net;
using System.Text;
using System.Text.Json;
using Tideway.ObjectStorage.Temporary;
using Tideway.Testing.Stores;

namespace Tideway.ObjectStorage.Tests.Gcs;

public sealed class GcsContractTests : ObjectStoreContract, IAsyncDisposable
{
    private FakeGcs? fake;
    private StorageRoots? roots;

    public async ValueTask DisposeAsync()
    {
        roots?.Dispose();
        if (fake is not null)
            await fake.DisposeAsync();
    }

    // Uploads in parts take no condition there.
    protected override long LargestConditional => 8 * 1024 * 1024;

    protected override async Task<IObjectStore> OpenAsync()
    {
        fake = await FakeGcs.StartAsync();
        var options = new StorageAccessOptions
        {
            Endpoint = fake.Endpoint,
            ServiceAccountFile = fake.KeyFile,
            StsEndpoint = new Uri(fake.Endpoint, "/sts"),
        };
        roots = new StorageRoots(new StorageRootOptions { Roots = { ["lake"] = "gs://bucket/lake" }, Access = { ["lake"] = options } });
        return roots.Open(roots.Locate("lake", "flights"));
    }

    [Fact]
    public async Task A_signed_address_reads_the_object_and_no_other()
    {
        var store = await OpenAsync();
        const string key = "part=a%20b/x+y.parquet";
        await store.PutAsync(key, new MemoryStream(Encoding.UTF8.GetBytes("content")));
        using var client = new HttpClient();

        var url = roots!.FindRemote("lake")!.Sign("flights", key, TimeSpan.FromMinutes(20));

        (await client.GetStringAsync(url.Url)).ShouldBe("content");
        url.Url.ShouldContain("X-Goog-Credential=");
        using var forged = await client.GetAsync(url.Url.Replace("x%2By", "x%2Bz", StringComparison.Ordinal));
        forged.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Theory]
    [InlineData(" ")]
    [InlineData("<?xml version='1.0'?><CompleteMultipartUploadResult><Loc")]
    public async Task An_upload_whose_end_was_answered_by_half_is_asked_about_again(string answer)
    {
        var store = await OpenAsync();
        fake!.Completion = answer;

        await store.PutAsync("large", new MemoryStream(new byte[20_000_000]));

        (await store.FindAsync("large"))!.Size.ShouldBe(20_000_000);
    }

    [Fact]
    public async Task An_upload_that_failed_after_its_success_was_sent_has_failed()
    {
        var store = await OpenAsync();
        fake!.Completion = "<Error>";

        var failure = await Should.ThrowAsync<ObjectStorageException>(() => store.PutAsync("large", new MemoryStream(new byte[20_000_000])));

        failure.Message.ShouldContain("InternalError");
        (await store.FindAsync("large")).ShouldBeNull();
    }

    [Fact]
    public async Task A_token_is_fetched_once_for_many_requests()
    {
        var store = await OpenAsync();

        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => store.FindAsync($"{i}")));

        fake!.TokenRequests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_list_of_several_pages_is_whole()
    {
        var store = await OpenAsync();
        fake!.PageSize = 3;
        foreach (var i in Enumerable.Range(0, 10))
            await store.PutAsync($"log/{i}", new MemoryStream([1]));

        (await ListAsync(store, "log/")).Select(found => found.Key).ShouldBe(Enumerable.Range(0, 10).Select(i => $"log/{i}"));
    }

    [Fact]
    public async Task Temporary_credentials_are_a_token_that_is_narrowed_to_the_folder()
    {
        await OpenAsync();

        var credentials = await roots!.FindTemporaryCredentials("lake")!.IssueAsync(roots.Locate("lake", "it's/flights"), TimeSpan.FromHours(1));

        credentials.ShouldBeOfType<TemporaryCredentials.GcpOauth>().OauthToken.ShouldBe("narrow-token-0");
        credentials.ExpiresAt.ShouldBe(TimeProvider.System.GetUtcNow().AddSeconds(FakeGcs.AccountTokenSeconds), TimeSpan.FromMinutes(1));
        credentials.ToString().ShouldNotContain("narrow-token");
        var form = fake!.TokenRequests[^1];
        form["grant_type"].ShouldBe("urn:ietf:params:oauth:grant-type:token-exchange");
        form["subject_token_type"].ShouldBe("urn:ietf:params:oauth:token-type:access_token");
        using var options = JsonDocument.Parse(form["options"]);
        var rule = options.RootElement.GetProperty("accessBoundary").GetProperty("accessBoundaryRules")[0];
        rule.GetProperty("availableResource").GetString().ShouldBe("//storage.googleapis.com/projects/_/buckets/bucket");
        rule.GetProperty("availablePermissions")[0].GetString().ShouldBe("inRole:roles/storage.objectViewer");
        rule.GetProperty("availabilityCondition")
            .GetProperty("expression")
            .GetString()
            .ShouldBe(
                @"resource.name.startsWith('projects/_/buckets/bucket/objects/lake/it\'s/flights/') || api.getAttribute('storage.googleapis.com/objectListPrefix', '').startsWith('lake/it\'s/flights/')"
            );
    }
}
