using System.Net;
using Tideway.Contracts.ShareRegistry;
using Tideway.ShareRegistry.Tests.Hostile;
using Tideway.ShareRegistry.Tests.Hosts;
using Tideway.Testing;

namespace Tideway.ShareRegistry.Tests.Files;

public sealed class FileLimitTests : IAsyncLifetime
{
    // Far more than the buffers on the way hold.
    private const long LargeFile = 512L * 1024 * 1024;

    private RegistryProcess process = null!;

    public async ValueTask InitializeAsync()
    {
        process = await RegistryProcess.StartAsync("--RecipientLimits:ConcurrentFiles=2");
        await process.CreateShareAsync("sales");
        var table = LakeTable.Create(Path.Combine(process.Lake, "orders"));
        using (var large = File.OpenWrite(Path.Combine(table.Folder, "part-0.parquet")))
            large.SetLength(LargeFile);
        await process.ShareTableAsync("sales", "shop.orders", table.Folder);
    }

    public ValueTask DisposeAsync() => process.DisposeAsync();

    [Fact]
    [ProtocolRule(
        "Limits and load",
        "Only so many files are on their way to a recipient at a time; others go on",
        Served = "429 with Retry-After beyond RecipientLimits:ConcurrentFiles; the first is recorded by itself, those that follow together"
    )]
    public async Task Who_has_too_many_files_on_their_way_is_refused_until_one_has_left()
    {
        var (greedy, modest) = (await UrlOfAsync("greedy"), await UrlOfAsync("modest"));
        var reading = new List<RawConnection>();
        for (var i = 0; i < 2; i++)
        {
            var connection = await RawConnection.OpenAsync(process.Stranger.BaseAddress!, receiveBufferBytes: 4096);
            reading.Add(connection);
            await connection.SendAsync($"GET {greedy} HTTP/1.1\r\nHost: share.example.org\r\n\r\n");
            (await connection.ReadStatusAsync()).ShouldBe(200);
        }

        var refused = await GetAsync(greedy);
        await GetAsync(greedy);
        var passed = await GetAsync(modest);

        refused.ShouldBe(HttpStatusCode.TooManyRequests).ProtocolCode.ShouldBe("TOO_MANY_REQUESTS");
        refused.Header("Retry-After").ShouldBe("1");
        refused.Message.ShouldContain("files");
        passed.Status.ShouldBe(HttpStatusCode.PartialContent);
        reading[0].Dispose();
        await Eventually.Async(async () => (await GetAsync(greedy)).Status == HttpStatusCode.PartialContent);
        reading[1].Dispose();
        var access = await process.Events.WaitForAsync<ShareAccessed>(e => e.Status == 429);
        (access.RecipientName, access.Action, access.Table, access.ErrorMessage).ShouldBe(
            ("greedy", "deltaSharingGetFile", "orders", "The recipient is beyond its limit of concurrent files.")
        );
        process.Events.Of<ShareAccessed>().Count(e => e.Status == 429).ShouldBe(1, "those that follow are counted, and recorded together later");
    }

    private Task<Answer> GetAsync(string url) => process.Stranger.GetAnswerAsync(url, ("Range", "bytes=0-9"));

    private async Task<string> UrlOfAsync(string name)
    {
        var recipient = await process.AddRecipientAsync(name);
        await process.GrantAsync("sales", recipient);
        var answer = await recipient.Http.PostAnswerAsync("/delta-sharing/shares/sales/schemas/shop/tables/orders/query", "{}");
        return new Uri(answer.ShouldBe(HttpStatusCode.OK).Files().Single().GetProperty("url").GetString()!).PathAndQuery;
    }
}
