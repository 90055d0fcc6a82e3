using System.Net;
using System.Net.Sockets;
using System.Text;
using Tideway.Contracts.ShareRegistry;
using Tideway.ObjectStorage;
using Tideway.ObjectStorage.Signing;
using Tideway.ShareRegistry.Tests.Hosts;
using Tideway.Testing;

namespace Tideway.ShareRegistry.Tests.Files;

public sealed class FilesTests : IAsyncLifetime
{
    private static readonly byte[] Content = [.. Enumerable.Range(0, 1000).Select(i => (byte)(i * 7))];

    private RegistryProcess process = null!;
    private string url = null!;

    public async ValueTask InitializeAsync()
    {
        process = await RegistryProcess.StartAsync();
        Write("orders/day=2026 01/part-0.parquet", Content);
        url = Sign("orders", "day=2026 01/part-0.parquet");
    }

    public ValueTask DisposeAsync() => process.DisposeAsync();

    [Fact]
    [ProtocolRule("Addresses of files", "An address alone gives the file: no header is needed")]
    public async Task A_signed_address_gives_the_file()
    {
        using var response = await process.Stranger.GetAsync(url);

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await response.Content.ReadAsByteArrayAsync()).ShouldBe(Content);
        response.Content.Headers.ContentLength.ShouldBe(1000);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/octet-stream");
        response.Headers.AcceptRanges.ShouldBe(["bytes"]);
        response.Headers.ETag.ShouldNotBeNull();
        response.Content.Headers.LastModified.ShouldNotBeNull();
    }

    [Fact]
    [ProtocolRule("Python client", "HEAD of a file tells its length")]
    public async Task Head_tells_the_length_without_the_file()
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, url);
        using var response = await process.Stranger.SendAsync(request);

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        response.Content.Headers.ContentLength.ShouldBe(1000);
        (await response.Content.ReadAsByteArrayAsync()).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("bytes=0-9", 0, 10)]
    [InlineData("bytes=990-", 990, 10)]
    [InlineData("bytes=-8", 992, 8)]
    [InlineData("bytes=999-999", 999, 1)]
    [InlineData("bytes=500-99999", 500, 500)]
    [InlineData("bytes=-5000", 0, 1000)]
    [InlineData("bytes=10-9223372036854775808", 10, 990)]
    [InlineData("bytes=0-99999999999999999999999", 0, 1000)]
    [InlineData("bytes=-99999999999999999999999", 0, 1000)]
    [InlineData("bytes=00000000000000000000000990-00000000000000000000000995", 990, 6)]
    [ProtocolRule("Spark client", "A range of a file is answered with 206 and Content-Range: a client takes nothing else")]
    public async Task A_range_is_answered_with_206(string range, int offset, int length)
    {
        var (response, body) = await GetAsync(url, ("Range", range));

        response.StatusCode.ShouldBe(HttpStatusCode.PartialContent);
        body.ShouldBe(Content[offset..(offset + length)]);
        response.Content.Headers.ContentRange!.ToString().ShouldBe($"bytes {offset}-{offset + length - 1}/1000");
    }

    [Theory]
    [InlineData("bytes=1000-")]
    [InlineData("bytes=5000-6000")]
    [InlineData("bytes=-0")]
    [InlineData("bytes=9223372036854775808-")]
    [InlineData("bytes=99999999999999999999999-99999999999999999999999")]
    public async Task A_range_that_the_file_does_not_have_is_416(string range)
    {
        var (response, body) = await GetAsync(url, ("Range", range));

        response.StatusCode.ShouldBe(HttpStatusCode.RequestedRangeNotSatisfiable);
        response.Content.Headers.ContentRange!.ToString().ShouldBe("bytes */1000");
        body.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("bytes=0-1,5-6")]
    [InlineData("lines=1-2")]
    [InlineData("bytes=9-1")]
    [InlineData("bytes=99999999999999999999999-1")]
    [InlineData("bytes=a-b")]
    public async Task A_range_that_cannot_be_answered_gives_the_whole_file(string range)
    {
        var (response, body) = await GetAsync(url, ("Range", range));

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        body.Length.ShouldBe(1000);
    }

    [Fact]
    public async Task Conditions_are_heeded()
    {
        var tag = (await GetAsync(url)).Response.Headers.ETag!.ToString();

        (await GetAsync(url, ("If-None-Match", tag))).Response.StatusCode.ShouldBe(HttpStatusCode.NotModified);
        (await GetAsync(url, ("If-None-Match", "\"other\""))).Response.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await GetAsync(url, ("Range", "bytes=0-1"), ("If-Range", tag))).Response.StatusCode.ShouldBe(HttpStatusCode.PartialContent);
        (await GetAsync(url, ("Range", "bytes=0-1"), ("If-Range", "\"other\""))).Response.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    [ProtocolRule(
        "Conditional requests",
        "A file of another tag or time than If-Match or If-Unmodified-Since names is a 412",
        Served = "by our own addresses of files on disks"
    )]
    public async Task A_file_that_is_another_than_was_expected_is_412_and_recorded()
    {
        var whole = (await GetAsync(url)).Response;
        var tag = whole.Headers.ETag!.ToString();
        var (before, at) = (Date(-10), Date(0));

        foreach (
            var headers in ((string, string)[][])
                [
                    [("If-Match", "\"other\"")],
                    [("If-Match", "\"other\", \"another\"")],
                    [("If-Match", "W/" + tag)],
                    [("If-Unmodified-Since", before)],
                    [("If-Match", "\"other\""), ("If-Unmodified-Since", at)],
                    [("If-Match", "\"other\""), ("If-None-Match", tag)],
                    [("If-Match", "\"other\""), ("Range", "bytes=0-9")],
                ]
        )
        {
            var answer = (await process.Stranger.GetAnswerAsync(url, headers)).ShouldBe(HttpStatusCode.PreconditionFailed);
            answer.ProtocolCode.ShouldBe("PRECONDITION_FAILED");
            answer.Message.ShouldContain(tag);
        }

        (await process.Stranger.SendAnswerAsync(HttpMethod.Head, url, null, ("If-Match", "\"other\"")))
            .ShouldBe(HttpStatusCode.PreconditionFailed)
            .Text.ShouldBeEmpty();
        foreach (
            var headers in ((string, string)[][])
                [
                    [("If-Match", tag)],
                    [("If-Match", "\"other\", " + tag)],
                    [("If-Match", "*")],
                    [("If-Unmodified-Since", at)],
                    [("If-Unmodified-Since", "some day")],
                    [("If-Match", tag), ("If-Unmodified-Since", before)],
                ]
        )
            (await GetAsync(url, headers)).Body.ShouldBe(Content);
        (await GetAsync(url, ("If-Match", tag), ("If-None-Match", tag))).Response.StatusCode.ShouldBe(HttpStatusCode.NotModified);
        (await GetAsync(url, ("If-Match", tag), ("Range", "bytes=0-9"))).Body.ShouldBe(Content[..10]);
        var record = await process.Events.WaitForAsync<ShareAccessed>(e => e.Status == 412);
        (record.RequestId, record.ErrorCode, record.FileCount, record.ByteCount).ShouldBe(("exchange", "PRECONDITION_FAILED", null, null));

        string Date(int seconds) => whole.Content.Headers.LastModified!.Value.AddSeconds(seconds).ToString("R");
    }

    [Fact]
    public async Task An_empty_file_can_be_read()
    {
        Write("orders/empty", []);
        var empty = Sign("orders", "empty");

        (await GetAsync(empty)).Body.ShouldBeEmpty();
        (await GetAsync(empty, ("Range", "bytes=0-"))).Response.StatusCode.ShouldBe(HttpStatusCode.RequestedRangeNotSatisfiable);
    }

    [Fact]
    [ProtocolRule("Addresses of files", "An address ends at the time that expirationTimestamp told", Served = "403 with a text that says so")]
    public async Task An_expired_address_is_told_so()
    {
        process.Time.Advance(TimeSpan.FromMinutes(61));

        var answer = (await process.Stranger.GetAnswerAsync(url)).ShouldBe(HttpStatusCode.Forbidden);

        answer.ProtocolCode.ShouldBe("PERMISSION_DENIED");
        answer.Message.ShouldContain("expired");
    }

    [Fact]
    public async Task A_data_file_that_is_gone_is_told_so()
    {
        File.Delete(Path.Combine(process.Lake, "orders/day=2026 01/part-0.parquet"));

        var answer = (await process.Stranger.GetAnswerAsync(url)).ShouldBe(HttpStatusCode.NotFound);

        answer.ProtocolCode.ShouldBe("DATA_FILE_DOES_NOT_EXIST");
        (await process.Stranger.SendAnswerAsync(HttpMethod.Head, url, null)).ShouldBe(HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("part-0", "part-1")]
    [InlineData("/files/lake/", "/files/other/")]
    [InlineData("req=exchange", "req=another")]
    [InlineData("exp=1", "exp=2")]
    [InlineData("sig=", "sig=A")]
    [InlineData("sp=r", "sp=w")]
    [InlineData("sp=r&", "")]
    [InlineData("sp=r", "sp=r&sp=r")]
    [ProtocolRule("Addresses of files", "An address that was changed gives nothing")]
    public async Task An_address_that_was_changed_gives_nothing(string part, string changed)
    {
        Write("orders/day=2026 01/part-1.parquet", Content);
        url.ShouldContain(part);

        var answer = await process.Stranger.GetAnswerAsync(url.Replace(part, changed, StringComparison.Ordinal));

        answer.Status.ShouldBeOneOf(HttpStatusCode.Forbidden, HttpStatusCode.BadRequest);
        answer.ProtocolCode.ShouldNotBeNull();
    }

    [Theory]
    [InlineData("/files/lake/../databases/share-registry.db")]
    [InlineData("/files/lake/%2e%2e/databases/share-registry.db")]
    [InlineData("/files/lake/..%2fdatabases/share-registry.db")]
    [InlineData("/files/lake/orders/..%5c..%5cdatabases")]
    [InlineData("/files/lake//etc/passwd")]
    [InlineData("/files/lake/%00")]
    [InlineData("/files/lake/")]
    [InlineData("/files/lake")]
    [InlineData("/files/%2e%2e/etc/passwd")]
    [InlineData("/files//etc/passwd")]
    public async Task A_hostile_path_reaches_no_file(string path)
    {
        var query = url[url.IndexOf('?', StringComparison.Ordinal)..];
        var status = await SendRawAsync($"GET {path}{query} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

        status.ShouldBeOneOf(400, 403, 404);
    }

    [Fact]
    public async Task A_link_that_leads_out_of_the_root_is_as_good_as_nothing()
    {
        var outside = Directory.CreateTempSubdirectory("tideway-secret-").FullName;
        try
        {
            await File.WriteAllTextAsync(Path.Combine(outside, "secret"), "secret");
            File.CreateSymbolicLink(Path.Combine(process.Lake, "orders/file-link"), Path.Combine(outside, "secret"));
            Directory.CreateSymbolicLink(Path.Combine(process.Lake, "orders/folder-link"), outside);
            foreach (var key in (string[])["file-link", "folder-link/secret", "folder-link"])
                (await process.Stranger.GetAnswerAsync(Sign("orders", key))).ShouldBe(HttpStatusCode.NotFound).Text.ShouldNotContain("secret");
        }
        finally
        {
            Directory.Delete(outside, recursive: true);
        }
    }

    [Fact]
    [ProtocolRule("Addresses of files", "Names of any characters survive in an address")]
    public async Task Names_with_special_characters_survive()
    {
        foreach (
            var name in (string[])["a b+c%20&d=e.parquet", "ümläut/日本.parquet", "x%2Fy", "hash#question?semi;colon:", "day=2026-01-01 00%3A00%3A00/part"]
        )
        {
            Write("orders/" + name, Encoding.UTF8.GetBytes(name));
            var (response, body) = await GetAsync(Sign("orders", name));
            response.StatusCode.ShouldBe(HttpStatusCode.OK, name);
            Encoding.UTF8.GetString(body).ShouldBe(name);
        }
    }

    [Fact]
    public async Task Every_read_is_recorded_under_the_request_that_handed_the_address_out()
    {
        await GetAsync(url, ("Range", "bytes=0-9"), ("User-Agent", "reader/1"));
        await process.Stranger.GetAnswerAsync(url.Replace("sig=", "sig=A", StringComparison.Ordinal));
        process.Time.Advance(TimeSpan.FromHours(2));
        await process.Stranger.GetAnswerAsync(url);

        var read = await process.Events.WaitForAsync<ShareAccessed>(e => e.Status == 206);
        (read.RequestId, read.Action, read.FileCount, read.ByteCount, read.UserAgent).ShouldBe(("exchange", "deltaSharingGetFile", 1, 10, "reader/1"));
        (read.Parameters!["root"], read.Parameters["path"], read.Parameters["range"]).ShouldBe(("lake", "orders/day=2026 01/part-0.parquet", "bytes=0-9"));
        (await process.Events.WaitForAsync<ShareAccessed>(e => e.Status is 400 or 403 && e.RequestId != "exchange")).FileCount.ShouldBeNull();
        (await process.Events.WaitForAsync<ShareAccessed>(e => e.Status == 403 && e.RequestId == "exchange")).ErrorMessage!.ShouldContain("expired");
        process.Log.Lines.ShouldAllBe(line => !line.Contains("sig="));
    }

    [Fact]
    public async Task Other_methods_are_not_allowed() =>
        (await process.Stranger.PostAnswerAsync(url, "{}")).ShouldBe(HttpStatusCode.MethodNotAllowed).ProtocolCode.ShouldNotBeNull();

    [Fact]
    public async Task A_client_that_goes_away_in_the_middle_does_no_harm()
    {
        Write("orders/large", new byte[64 * 1024 * 1024]);
        var large = Sign("orders", "large");
        for (var i = 0; i < 5; i++)
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, process.Stranger.BaseAddress!.Port);
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"GET {large} HTTP/1.1\r\nHost: x\r\n\r\n"));
            await client.GetStream().ReadExactlyAsync(new byte[1000]);
        }

        (await GetAsync(url)).Body.Length.ShouldBe(1000);
        (await GetAsync(large)).Body.Length.ShouldBe(64 * 1024 * 1024);
        process.Log.Lines.ShouldNotContain(line => line.StartsWith("Error"));
    }

    private string Sign(string table, string key)
    {
        var location = process.Get<StorageRoots>().Locate("lake", table);
        var signed = process.Get<IUrlSigner>().Sign(location, key, TimeSpan.FromHours(1), "exchange").Url;
        signed.ShouldStartWith(RegistryProcess.PublicUrl);
        return signed[RegistryProcess.PublicUrl.Length..];
    }

    private void Write(string path, byte[] content)
    {
        var file = Path.Combine(process.Lake, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllBytes(file, content);
    }

    private async Task<(HttpResponseMessage Response, byte[] Body)> GetAsync(string address, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        var response = await process.Stranger.SendAsync(request);
        return (response, await response.Content.ReadAsByteArrayAsync());
    }

    // HttpClient would fold dots before it sends them.
    private async Task<int> SendRawAsync(string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, process.Stranger.BaseAddress!.Port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request));
        using var reader = new StreamReader(client.GetStream());
        var answer = await reader.ReadToEndAsync();
        return int.Parse(answer.Split(' ')[1]);
    }
}
