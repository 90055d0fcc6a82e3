using Tideway.DeltaSharing.Client;
using Tideway.DeltaSharing.Client.Downloads;
using Tideway.DeltaSharing.Client.Transport;
using Tideway.DeltaSharing.Protocol;
using static Tideway.DeltaSharing.Tests.Client.FakeAnswers;

namespace Tideway.DeltaSharing.Tests.Client;

/// <summary>Servers that break HTTP itself.</summary>
[Collection(Alone.Name)]
public sealed class HostileConnectionTests : IDisposable
{
    private const string Ok = "HTTP/1.1 200 OK\r\nDelta-Table-Version: 1\r\n";

    private static readonly DeltaSharingClientOptions Options = new()
    {
        AllowInsecureHttp = true,
        AllowPrivateAddresses = true,
        MaxRetries = 1,
        RetryDelay = TimeSpan.FromMilliseconds(1),
        ResponseTimeout = TimeSpan.FromSeconds(1),
        IdleTimeout = TimeSpan.FromSeconds(1),
        MaxLineBytes = 100_000,
        MaxListBytes = 100_000,
    };

    private readonly string folder = Directory.CreateTempSubdirectory("tideway-hostile-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("")]
    [InlineData("\r\n\r\n")]
    [InlineData("SSH-2.0-OpenSSH_9.7\r\n")]
    [InlineData("HTTP/0.9 200 OK\r\n\r\n{}")]
    [InlineData("HTTP/1.1 2000 OK\r\n\r\n{}")]
    [InlineData("HTTP/1.1 -1 OK\r\n\r\n{}")]
    [InlineData("HTTP/1.1 200 OK\r\nNo colon\r\n\r\n{}")]
    [InlineData(Ok + "Content-Length: 1000\r\n\r\n{\"items\":[]}")]
    [InlineData(Ok + "Content-Length: 5\r\n\r\n{\"items\":[]}")]
    [InlineData(Ok + "Content-Length: -5\r\n\r\n{\"items\":[")]
    [InlineData(Ok + "Content-Length: 99999999999999999999\r\n\r\n{\"items\":[")]
    [InlineData(Ok + "Content-Length: 9223372036854775807\r\n\r\n{\"items\":[]}")]
    [InlineData(Ok + "Content-Length: 5\r\nContent-Length: 6\r\n\r\n{\"items\":[]}")]
    [InlineData(Ok + "Transfer-Encoding: chunked\r\n\r\nZZ\r\n{}\r\n0\r\n\r\n")]
    [InlineData(Ok + "Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFFF\r\n{}\r\n")]
    [InlineData(Ok + "Transfer-Encoding: chunked\r\n\r\n7FFFFFFFFFFFFFFF\r\n{}\r\n")]
    [InlineData(Ok + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}")]
    [InlineData(Ok + "Location: \r\n\r\n")]
    [InlineData("HTTP/1.1 302 Found\r\nLocation: http://[::bad\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n")]
    [InlineData("HTTP/1.1 204 No Content\r\n\r\n")]
    [InlineData("HTTP/1.1 429 Slow down\r\nRetry-After: 99999999999999999999\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 503 No\r\nRetry-After: Fri, 31 Dec 9999 23:59:59 GMT\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n")]
    public async Task An_answer_that_is_none_ends_in_an_exception_of_ours(string answer)
    {
        await using var server = LiteralServer.Of(answer);
        using var http = new HttpClient(SharingHandler.Create(Options));
        var client = Client(http, server);

        foreach (var read in Reads(client, http, server))
            (await Should.ThrowAsync<DeltaSharingException>(read)).Message.ShouldContain("127.0.0.1");
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\n", "X-More: 0123456789012345678901234567890123456789\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nX-Long: ", "0123456789012345678901234567890123456789")]
    [InlineData("", "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n")]
    [InlineData("", "HTTP/1.1 100 Continue\r\n\r\n")]
    [InlineData("", "0123456789")]
    public async Task A_head_without_end_is_ended(string first, string then)
    {
        await using var server = LiteralServer.Endless(first, then);
        using var http = new HttpClient(SharingHandler.Create(Options));
        var before = GC.GetTotalMemory(forceFullCollection: true);

        await FailsAsync(async () => await Client(http, server).ListSharesAsync().ToListAsync(), DeltaSharingError.LimitExceeded);

        (GC.GetTotalMemory(forceFullCollection: true) - before).ShouldBeLessThan(16 * 1024 * 1024);
    }

    [Theory]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n", "1;extension=0123456789012345678901234567890123456789\r\n \r\n")]
    [InlineData("Content-Length: 9223372036854775807\r\n\r\n", "                                        ")]
    [InlineData("\r\n", "                                        ")]
    public async Task A_body_without_end_is_ended(string first, string then)
    {
        await using var server = LiteralServer.Endless(Ok + first, then);
        using var http = new HttpClient(SharingHandler.Create(Options));
        var before = GC.GetTotalMemory(forceFullCollection: true);

        // A part in the middle of a file without end can be read.
        foreach (var read in Reads(Client(http, server), http, server).SkipLast(1))
            (await Should.ThrowAsync<DeltaSharingException>(read)).Error.ShouldBeOneOf(
                DeltaSharingError.LimitExceeded,
                DeltaSharingError.SizeMismatch,
                DeltaSharingError.MalformedAnswer
            );

        (GC.GetTotalMemory(forceFullCollection: true) - before).ShouldBeLessThan(16 * 1024 * 1024);
    }

    private static DeltaSharingClient Client(HttpClient http, LiteralServer server) =>
        new(http, new SharingProfile { Endpoint = new Uri(server.Address, "ds"), Credential = new BearerTokenCredential("token-1") }, Options);

    private IEnumerable<Func<Task>> Reads(DeltaSharingClient client, HttpClient http, LiteralServer server) =>
        [
            async () => await client.ListSharesAsync().ToListAsync(),
            async () => await client.GetShareAsync("s"),
            async () =>
            {
                await using var table = await client.QueryTableAsync(FakeServer.Table);
                await table.ReadAsync().ToListAsync();
            },
            () => new FileDownloader(http, Options).DownloadAsync(new Uri(server.Address, "f?sig=s3cr3t"), Path.Combine(folder, "f"), 100_000),
            () => new RangeReader(http, Options).ReadAsync(new Uri(server.Address, "f?sig=s3cr3t"), 1_000_000, 100_000),
        ];
}
