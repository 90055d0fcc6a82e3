using System.Net;
using System.Text;
using Tideway.ObjectStorage.Tests.Http;
using Tideway.Testing.Servers;

namespace Tideway.ObjectStorage.Tests.Azure;

public sealed class AzureContractTests : ObjectStoreContract
{
    protected override async Task<IObjectStore> OpenAsync() => (await AzureFixture.NewRootAsync()).Open("flights");

    [Fact]
    public async Task A_signed_address_reads_the_blob_and_no_other_for_a_while()
    {
        var root = await AzureFixture.NewRootAsync();
        const string key = "t 1/part=a%20b/x+y.parquet";
        await root.Open("").PutAsync(key, new MemoryStream(Encoding.UTF8.GetBytes("content")));
        using var client = new HttpClient();

        var url = root.Sign("", key, TimeSpan.FromMinutes(20));

        url.Url.ShouldContain("?sp=r&");
        (await client.GetStringAsync(url.Url)).ShouldBe("content");
        using var ranged = new HttpRequestMessage(HttpMethod.Get, url.Url) { Headers = { Range = new(2, 4) } };
        using var part = await client.SendAsync(ranged);
        part.StatusCode.ShouldBe(HttpStatusCode.PartialContent);
        using var head = await client.SendAsync(new HttpRequestMessage(HttpMethod.Head, url.Url));
        head.StatusCode.ShouldBe(HttpStatusCode.OK);
        using var forged = await client.GetAsync(url.Url.Replace("x%2By", "x%2Bz", StringComparison.Ordinal));
        forged.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        using var written = await client.PutAsync(url.Url, new StringContent("other"));
        written.IsSuccessStatusCode.ShouldBeFalse();
    }

    [Fact]
    public async Task A_shared_access_signature_that_was_given_reads_and_is_given_to_nobody_else()
    {
        var root = await AzureFixture.NewRootAsync("lake");
        await root.Open("").PutAsync("x", new MemoryStream(Encoding.UTF8.GetBytes("content")));
        var server = await AzureServer.StartAsync();
        var signed = new Uri(root.Sign("", "x", TimeSpan.FromHours(2)).Url);
        var options = new StorageAccessOptions { Endpoint = server.Endpoint, SasToken = signed.Query };
        using var roots = new StorageRoots(
            new StorageRootOptions { Roots = { ["lake"] = AzureFixture.Location(root.Location.Bucket, "lake") }, Access = { ["lake"] = options } }
        );

        var store = roots.Open(roots.Locate("lake", ""));

        Encoding.UTF8.GetString(await ReadAsync(store, "x")).ShouldBe("content");
        Should
            .Throw<ObjectStorageException>(() => roots.FindRemote("lake")!.Sign("", "x", TimeSpan.FromMinutes(20)))
            .Error.ShouldBe(ObjectStorageError.AccessDenied);
    }

    [Theory]
    [InlineData(Service.Knows)]
    [InlineData(Service.Ignores)]
    [InlineData(Service.Refuses)]
    public async Task A_list_of_a_long_folder_begins_in_the_middle_where_the_service_can(Service service)
    {
        var lists = new List<string>();
        var root = await AzureFixture.NewRootAsync(handler: new ListsHandler(service, lists));
        var store = root.Open("t");
        await Parallel.ForAsync(0, 300, async (number, token) => await store.PutAsync($"_delta_log/{number:D20}.json", new MemoryStream([1]), token));
        await store.PutAsync("_delta_log/_sidecars/x.parquet", new MemoryStream([1]), TestContext.Current.CancellationToken);

        for (var time = 1; time <= 3; time++)
        {
            lists.Clear();
            var listed = await store
                .ListAsync("_delta_log/", $"_delta_log/{297:D20}", TestContext.Current.CancellationToken)
                .Select(found => found.Key)
                .ToListAsync();

            listed.ShouldBe([.. Enumerable.Range(297, 3).Select(number => $"_delta_log/{number:D20}.json"), "_delta_log/_sidecars/x.parquet"]);
            // Once it is tried; after that each list is one request, of what comes after alone where that can be had.
            lists.Count.ShouldBe(time == 1 ? 2 : 1);
            lists[^1].Contains("startFrom", StringComparison.Ordinal).ShouldBe(time == 1 || service == Service.Knows);
            // The trial asks, as later lists do, for a name that is not there.
            if (time == 1)
                lists[^1].ShouldNotContain(".json");
        }
    }

    [Fact]
    public async Task A_walk_by_pages_asks_the_store_once_for_each_and_never_for_what_lies_before()
    {
        var counting = new CountingHandler();
        var root = await AzureFixture.NewRootAsync(handler: counting);
        var keys = Enumerable.Range(0, 23).Select(i => $"f{i:00}").ToList();
        foreach (var key in keys)
            await root.Open("t").PutAsync(key, new MemoryStream([1]));
        counting.Asked.Clear();

        var found = new List<string>();
        ListPosition? from = null;
        do
        {
            var page = await root.Open("t").ListPageAsync("", from, limit: 5);
            found.AddRange(page.Objects.Select(item => item.Key));
            from = page.Next;
        } while (from is not null);

        found.ShouldBe(keys);
        counting.Asked.Count.ShouldBe(5);
        counting.Asked.ShouldAllBe(query => query.Contains("maxresults=5", StringComparison.Ordinal));
        counting.Asked.Skip(1).ShouldAllBe(query => query.Contains("marker=", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Where_the_blocks_of_an_upload_are_gone_it_is_told_whether_there_is_an_object(bool isThere)
    {
        var handler = new AnsweringHandler(request =>
            request.RequestUri!.Query.Contains("comp=blocklist", StringComparison.Ordinal) ? (HttpStatusCode.BadRequest, "InvalidBlockList") : null
        );
        var store = (await AzureFixture.NewRootAsync(handler: handler)).Open("t");
        if (isThere)
            await store.PutAsync("x", new MemoryStream([1]));

        var put = store.PutIfAbsentAsync("x", new MemoryStream(new byte[9_000_000]));

        if (isThere)
            (await put).ShouldBeFalse();
        else
            await Should.ThrowAsync<ObjectStorageException>(() => put);
    }

    [Fact]
    public async Task A_position_without_a_mark_of_the_store_is_found_all_the_same()
    {
        var store = await OpenAsync();
        foreach (var i in Enumerable.Range(0, 9))
            await store.PutAsync($"f{i}", new MemoryStream([1]));

        var page = await store.ListPageAsync("", new ListPosition("f3"), limit: 2);

        page.Objects.Select(item => item.Key).ShouldBe(["f4", "f5"]);
        (await store.ListPageAsync("", page.Next, limit: 9)).Objects.Select(item => item.Key).ShouldBe(["f6", "f7", "f8"]);
    }

    [Fact]
    public async Task A_read_that_breaks_goes_on_from_where_it_broke()
    {
        var breaking = new BreakingHandler(everyBytes: 100_000);
        var root = await AzureFixture.NewRootAsync(handler: breaking);
        var content = new byte[1_000_000];
        new Random(1).NextBytes(content);
        await root.Open("t").PutAsync("x", new MemoryStream(content));

        (await ReadAsync(root.Open("t"), "x")).ShouldBe(content);
        breaking.Breaks.ShouldBeGreaterThan(5);
    }

    [Fact]
    public async Task A_commit_whose_answer_got_lost_is_known_as_our_own()
    {
        var losing = new LosingHandler(request => request.Headers.TryGetValues("if-none-match", out _));
        var store = (await AzureFixture.NewRootAsync(handler: losing)).Open("t");

        (await store.PutIfAbsentAsync("1.json", Encoding.UTF8.GetBytes("mine"))).ShouldBeTrue();

        losing.Lost.ShouldBe(1);
    }

    [Fact]
    public async Task A_refusal_tells_the_stores_code_and_no_secret()
    {
        var server = await AzureServer.StartAsync();
        var options = AzureFixture.Options(server);
        options.AccountKey = Convert.ToBase64String(Encoding.UTF8.GetBytes("wrong-secret-text-wrong-secret-text"));
        using var roots = new StorageRoots(
            new StorageRootOptions { Roots = { ["lake"] = AzureFixture.Location(await server.CreateContainerAsync(), "") }, Access = { ["lake"] = options } }
        );

        var refusal = await Should.ThrowAsync<ObjectStorageException>(() => ListAsync(roots.Open(roots.Locate("lake", "t")), ""));

        refusal.Error.ShouldBe(ObjectStorageError.AccessDenied);
        refusal.Message.ShouldContain("403 Authorization");
        refusal.Message.ShouldContain("request id");
        refusal.ToString().ShouldNotContain(options.AccountKey);
    }

    public enum Service
    {
        Knows,
        Ignores,
        Refuses,
    }

    private sealed class ListsHandler(Service service, List<string> lists) : DelegatingHandler(new SocketsHttpHandler())
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var query = request.RequestUri!.Query;
            if (!query.Contains("comp=list", StringComparison.Ordinal))
                return await base.SendAsync(request, cancellationToken);
            lists.Add(query);
            if (!query.Contains("startFrom", StringComparison.Ordinal) || service == Service.Knows)
                return await base.SendAsync(request, cancellationToken);
            if (service == Service.Refuses)
                return new HttpResponseMessage(HttpStatusCode.BadRequest);
            // As if the name came first, whatever was asked for.
            return new HttpResponseMessage(HttpStatusCode.OK)
            {
                Content = new StringContent(
                    $"<EnumerationResults><Blobs><Blob><Name>lake/tables/t/_delta_log/{0:D20}.json</Name><Properties>"
                        + "<Last-Modified>Thu, 26 Nov 2026 00:00:00 GMT</Last-Modified><Content-Length>1</Content-Length></Properties></Blob></Blobs></EnumerationResults>"
                ),
            };
        }
    }
}
