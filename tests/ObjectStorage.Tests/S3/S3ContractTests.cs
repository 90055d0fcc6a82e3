using System.Net;
using System.Text;
using Tideway.ObjectStorage.Tests.Http;
using Tideway.Testing.Servers;

namespace Tideway.ObjectStorage.Tests.S3;

public sealed class S3ContractTests : ObjectStoreContract
{
    protected override async Task<IObjectStore> OpenAsync() => (await S3Fixture.NewRootAsync()).Open("flights");

    [Fact]
    public async Task A_store_knows_nothing_of_what_lies_beside_it()
    {
        var root = await S3Fixture.NewRootAsync("lake");
        await root.Open("flights").PutAsync("x", new MemoryStream([1]));
        await root.Open("flights-2").PutAsync("y", new MemoryStream([2]));

        (await ListAsync(root.Open("flights"), "")).ShouldHaveSingleItem().Key.ShouldBe("x");
        (await ListAsync(root.Open(""), "")).Select(found => found.Key).ShouldBe(["flights-2/y", "flights/x"]);
        root.Open("flights").Root.AbsoluteUri.ShouldStartWith("s3://test-");
        root.Open("flights").Root.AbsoluteUri.ShouldEndWith("/lake/flights");
    }

    [Fact]
    public async Task A_list_of_more_than_a_page_is_whole()
    {
        var store = await OpenAsync();
        var keys = Enumerable.Range(0, 1050).Select(i => $"log/{i:D20}.json").ToList();
        await Parallel.ForEachAsync(
            keys,
            new ParallelOptions { MaxDegreeOfParallelism = 8 },
            async (key, token) => await store.PutAsync(key, new MemoryStream([1]), token)
        );

        (await ListAsync(store, "log/")).Select(found => found.Key).ShouldBe(keys);
        (await ListAsync(store, "log/", keys[1001])).Select(found => found.Key).ShouldBe(keys[1002..]);
    }

    // What S3 says where two uploads are put together at once: later that the upload is gone, or the same again and again.
    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task Of_an_upload_that_conflicts_with_another_one_it_is_told_whether_there_is_an_object(bool isThere, bool isGone)
    {
        var asked = 0;
        var handler = new AnsweringHandler(request =>
            request.Method != HttpMethod.Post || !request.RequestUri!.Query.Contains("uploadId=", StringComparison.Ordinal) ? null
            : isGone && asked++ > 0 ? (HttpStatusCode.NotFound, "NoSuchUpload")
            : (HttpStatusCode.Conflict, "ConditionalRequestConflict")
        );
        var store = (await S3Fixture.NewRootAsync(handler: handler)).Open("t");
        if (isThere)
            await store.PutAsync("x", new MemoryStream([1]));

        var put = store.PutIfAbsentAsync("x", new MemoryStream(new byte[9_000_000]));

        if (isThere)
            (await put).ShouldBeFalse();
        else
            await Should.ThrowAsync<ObjectStorageException>(() => put);
    }

    [Fact]
    public async Task A_signed_address_reads_the_object_and_no_other_for_a_while()
    {
        var root = await S3Fixture.NewRootAsync();
        const string key = "t 1/part=a%20b/x+y.parquet";
        await root.Open("").PutAsync(key, new MemoryStream(Encoding.UTF8.GetBytes("content")));
        using var client = new HttpClient();

        var url = root.Sign("", key, TimeSpan.FromMinutes(20));

        (await client.GetStringAsync(url.Url)).ShouldBe("content");
        using var ranged = new HttpRequestMessage(HttpMethod.Get, url.Url) { Headers = { Range = new(2, 4) } };
        using var part = await client.SendAsync(ranged);
        part.StatusCode.ShouldBe(HttpStatusCode.PartialContent);
        (await part.Content.ReadAsStringAsync()).ShouldBe("nte");
        using var forged = await client.GetAsync(url.Url.Replace("x%2By", "x%2Bz", StringComparison.Ordinal));
        forged.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        using var longer = await client.GetAsync(url.Url.Replace("X-Amz-Expires=12", "X-Amz-Expires=99", StringComparison.Ordinal));
        longer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        using var wrongMethod = await client.SendAsync(new HttpRequestMessage(HttpMethod.Head, url.Url));
        wrongMethod.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        using var head = await client.SendAsync(new HttpRequestMessage(HttpMethod.Head, root.Sign("HEAD", "", key, TimeSpan.FromMinutes(1)).Url));
        head.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_read_that_breaks_goes_on_from_where_it_broke()
    {
        var breaking = new BreakingHandler(everyBytes: 100_000);
        var root = await S3Fixture.NewRootAsync(handler: breaking);
        var content = new byte[1_000_000];
        new Random(1).NextBytes(content);
        await root.Open("t").PutAsync("x", new MemoryStream(content));

        (await ReadAsync(root.Open("t"), "x")).ShouldBe(content);
        await using var part = await root.Open("t").OpenReadAsync("x", new ByteRange(1234, 500_000));
        using var read = new MemoryStream();
        await part.CopyToAsync(read);
        read.ToArray().ShouldBe(content[1234..501_234]);
        breaking.Breaks.ShouldBeGreaterThan(10);
    }

    [Fact]
    public async Task An_object_that_was_replaced_while_it_was_read_is_not_mixed_of_two()
    {
        var breaking = new BreakingHandler(everyBytes: 100_000);
        var root = await S3Fixture.NewRootAsync(handler: breaking);
        var store = root.Open("t");
        await store.PutAsync("x", new MemoryStream(new byte[300_000]));
        await using var reading = await store.OpenReadAsync("x");
        await reading.ReadExactlyAsync(new byte[50_000]);

        await store.PutAsync("x", new MemoryStream(Enumerable.Repeat((byte)1, 300_000).ToArray()));

        var failure = await Should.ThrowAsync<ObjectStorageException>(() => reading.CopyToAsync(Stream.Null));
        failure.Message.ShouldContain("replaced meanwhile");
    }

    [Fact]
    public async Task A_small_page_asks_for_no_more_than_it_holds()
    {
        var asked = new List<string>();
        var root = await S3Fixture.NewRootAsync(
            handler: new RefusingHandler(request =>
            {
                if (request.RequestUri!.Query.Contains("list-type=2", StringComparison.Ordinal))
                    asked.Add(request.RequestUri.Query);
                return false;
            })
        );
        var store = root.Open("t");
        foreach (var key in (string[])["a", "b", "c", "d"])
            await store.PutAsync(key, new MemoryStream([1]));
        asked.Clear();

        var first = await store.ListPageAsync("", null, 2);
        var second = await store.ListPageAsync("", first.Next, 2);

        first.Objects.Select(found => found.Key).ShouldBe(["a", "b"]);
        second.Objects.Select(found => found.Key).ShouldBe(["c", "d"]);
        second.Next.ShouldBeNull();
        asked.Count.ShouldBe(2);
        asked.ShouldAllBe(query => query.Contains("max-keys=3", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_upload_whose_source_fails_leaves_nothing_behind()
    {
        var root = await S3Fixture.NewRootAsync();
        var store = root.Open("t");

        await Should.ThrowAsync<InvalidDataException>(() => store.PutAsync("x", new FailingSource(after: 9 * 1024 * 1024)));

        (await store.FindAsync("x")).ShouldBeNull();
        (await store.DeleteUnfinishedAsync(TimeProvider.System.GetUtcNow().AddHours(1))).ShouldBe(0);
    }

    [Fact]
    public async Task Uploads_of_writers_that_were_killed_are_removed_once_they_are_old()
    {
        // Neither the rest of the upload nor its abort gets through.
        var killed = new RefusingHandler(request =>
            request.Method == HttpMethod.Delete || request.RequestUri!.Query.Contains("partNumber=2", StringComparison.Ordinal)
        );
        var root = await S3Fixture.NewRootAsync(handler: killed);
        var store = root.Open("t");
        await Should.ThrowAsync<ObjectStorageException>(() => store.PutAsync("x", new MemoryStream(new byte[9 * 1024 * 1024])));
        killed.IsOver = true;

        (await store.DeleteUnfinishedAsync(TimeProvider.System.GetUtcNow().AddHours(-1))).ShouldBe(0);
        (await root.Open("other").DeleteUnfinishedAsync(TimeProvider.System.GetUtcNow().AddHours(1))).ShouldBe(0);
        (await store.DeleteUnfinishedAsync(TimeProvider.System.GetUtcNow().AddHours(1), key => key == "t/x")).ShouldBe(0);
        (await store.DeleteUnfinishedAsync(TimeProvider.System.GetUtcNow().AddHours(1), key => key == "x")).ShouldBe(1);
        (await store.DeleteUnfinishedAsync(TimeProvider.System.GetUtcNow().AddHours(1))).ShouldBe(0);
    }

    [Fact]
    public async Task A_commit_whose_answer_got_lost_is_known_as_our_own()
    {
        var losing = new LosingHandler(request =>
            request.Headers.TryGetValues("if-none-match", out _) && request.RequestUri!.AbsolutePath.EndsWith("1.json", StringComparison.Ordinal)
        );
        var root = await S3Fixture.NewRootAsync(handler: losing);
        var store = root.Open("t");

        (await store.PutIfAbsentAsync("1.json", Encoding.UTF8.GetBytes("mine"))).ShouldBeTrue();

        losing.Lost.ShouldBe(1);
        (await store.PutIfAbsentAsync("1.json", Encoding.UTF8.GetBytes("mine"))).ShouldBeFalse();
    }

    [Fact]
    public async Task A_store_that_does_not_honour_conditions_takes_no_commit_and_says_why()
    {
        var server = await S3Server.StartCarelessAsync();
        var store = S3Fixture.Root(server, await server.CreateBucketAsync(), "lake").Open("t");

        var refusal = await Should.ThrowAsync<ObjectStorageException>(() => store.PutIfAbsentAsync("1.json", new byte[1]));

        refusal.Error.ShouldBe(ObjectStorageError.Unsupported);
        refusal.Message.ShouldContain("does not honour conditional writes");
        refusal.Message.ShouldContain("it replaced an object that was there");
        (await ListAsync(S3Fixture.Root(server, store.Root.Host, "").Open(""), "")).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("WRONG", "S3RVER", "InvalidAccessKeyId")]
    [InlineData("S3RVER", "wrong-secret-text", "SignatureDoesNotMatch")]
    public async Task A_refusal_tells_the_stores_code_and_request_and_no_secret(string id, string secret, string code)
    {
        var server = await S3Server.StartAsync();
        var bucket = await server.CreateBucketAsync();
        var options = S3Fixture.Options(server);
        options.AccessKeyId = id;
        options.SecretAccessKey = secret;
        using var roots = new StorageRoots(new StorageRootOptions { Roots = { ["lake"] = $"s3://{bucket}/lake" }, Access = { ["lake"] = options } });
        var store = roots.Open(roots.Locate("lake", "t"));

        var refusal = await Should.ThrowAsync<ObjectStorageException>(() => ListAsync(store, ""));

        refusal.Error.ShouldBe(ObjectStorageError.AccessDenied);
        refusal.Message.ShouldContain($"403 {code}");
        refusal.Message.ShouldContain("request id TESTREQUEST");
        refusal.ToString().ShouldNotContain("wrong-secret-text");
    }

    [Fact]
    public async Task A_bucket_that_is_not_there_is_said_to_be_missing()
    {
        var server = await S3Server.StartAsync();

        var refusal = await Should.ThrowAsync<ObjectStorageException>(() => ListAsync(S3Fixture.Root(server, "no-such-bucket", "x").Open(""), ""));

        refusal.Error.ShouldBe(ObjectStorageError.NotFound);
        refusal.Message.ShouldContain("NoSuchBucket");
    }
}
