using System.IO.Compression;
using System.Text;
using Tideway.DeltaSharing.Client;
using Tideway.DeltaSharing.Protocol;
using static Tideway.DeltaSharing.Tests.Client.FakeAnswers;

namespace Tideway.DeltaSharing.Tests.Client;

/// <summary>Servers that mean ill: whatever they send ends in an exception that says what was expected and what came, and takes little memory.</summary>
[Collection(Alone.Name)]
public sealed class HostileServerTests : IAsyncLifetime
{
    private const long Mebibyte = 1024 * 1024;
    private const string Add = """{"add":{"url":"https://h/1","id":"1","partitionValues":{},"size":1,"version":1,"timestamp":1,"expirationTimestamp":1}}""";

    private FakeServer server = null!;

    public async ValueTask InitializeAsync() => server = await FakeServer.StartAsync();

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    public async Task Lines_without_end_are_ended_and_kept_nowhere()
    {
        var options = Options(o => o.MaxLines = 300_000);
        server.Handler = async (context, _) =>
        {
            await context.LinesAsync(Head);
            var lines = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 1000).Select(File)));
            while (!context.RequestAborted.IsCancellationRequested)
                await context.Response.Body.WriteAsync(lines, context.RequestAborted);
        };
        await using var table = await server.Client(options).QueryTableAsync(FakeServer.Table);
        var (count, before) = (0, GC.GetTotalMemory(forceFullCollection: true));

        var exception = await FailsAsync(
            async () =>
            {
                await foreach (var _ in table.ReadAsync())
                    count++;
            },
            DeltaSharingError.LimitExceeded
        );

        count.ShouldBe(300_000 - 2);
        exception.Message.ShouldContain("300000 lines");
        (GC.GetTotalMemory(forceFullCollection: true) - before).ShouldBeLessThan(16 * Mebibyte);
    }

    [Fact]
    public async Task Pages_with_ever_new_and_ever_longer_tokens_are_ended()
    {
        server.Handler = (context, number) => context.LinesAsync(Head + NextPage(new string('x', (number + 1) * 10_000)), endStream: true);
        await using var table = await server.Client().QueryTableAsync(FakeServer.Table);

        (await FailsAsync(async () => await table.ReadAsync().ToListAsync(), DeltaSharingError.LimitExceeded)).Message.ShouldContain("tokens");

        server.Handler = (context, number) => context.StatusAsync(200, $$"""{"items":[],"nextPageToken":"{{new string('y', (number + 1) * 10_000)}}"}""");
        await FailsAsync(async () => await server.Client().ListSharesAsync().ToListAsync(), DeltaSharingError.LimitExceeded);
    }

    [Theory]
    [InlineData("shares")]
    [InlineData("lines")]
    [InlineData("file")]
    public async Task A_server_that_drips_is_given_up_though_it_never_stops(string kind)
    {
        var options = Options(o =>
        {
            (o.MaxRetries, o.MinBytesPerSecond, o.SlowWindow) = (0, 10_000, TimeSpan.FromMilliseconds(200));
        });
        server.Handler = async (context, _) =>
        {
            await context.LinesAsync(kind == "lines" ? Head : "");
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.Body.WriteAsync(" "u8.ToArray(), context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
                await Task.Delay(10, context.RequestAborted);
            }
        };
        var client = server.Client(options);
        var folder = Directory.CreateTempSubdirectory().FullName;

        Task ReadAsync() =>
            kind switch
            {
                "file" => server.Downloader(options).DownloadAsync(server.Address, Path.Combine(folder, "f"), 1_000_000),
                "lines" => ReadAllAsync(client),
                _ => client.ListSharesAsync().ToListAsync().AsTask(),
            };
        (await FailsAsync(ReadAsync, DeltaSharingError.Timeout)).Message.ShouldContain("10000 bytes per second");

        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("shares", "gzip", DeltaSharingError.LimitExceeded)]
    [InlineData("lines", "gzip", DeltaSharingError.LimitExceeded)]
    [InlineData("shares", "br", DeltaSharingError.MalformedAnswer)]
    [InlineData("lines", "br", DeltaSharingError.MalformedAnswer)]
    [InlineData("token", "gzip", DeltaSharingError.MalformedAnswer)]
    public async Task A_packed_answer_that_was_not_asked_for_or_becomes_too_much_is_refused(string kind, string encoding, DeltaSharingError error)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            for (var i = 0; i < 64; i++)
                gzip.Write(new byte[Mebibyte]);
        server.Handler = async (context, _) =>
        {
            context.Response.Headers.ContentEncoding = encoding;
            context.Response.Headers[HeaderNames.TableVersion] = "1";
            await context.Response.Body.WriteAsync(packed.ToArray(), context.RequestAborted);
        };
        var client =
            kind == "token"
                ? server.Client(
                    new OAuthClientCredential
                    {
                        TokenEndpoint = new Uri(server.Address, "token"),
                        ClientId = "id",
                        ClientSecret = "secret",
                    }
                )
                : server.Client();

        var exception = await FailsAsync(() => kind == "lines" ? ReadAllAsync(client) : client.ListSharesAsync().ToListAsync().AsTask(), error);

        if (error == DeltaSharingError.MalformedAnswer)
            exception.Message.ShouldContain(encoding);
    }

    [Theory]
    [InlineData("\"size\":1,", "\"size\":1e999,")]
    [InlineData("\"size\":1,", "\"size\":99999999999999999999999999999,")]
    [InlineData("\"version\":1", "\"version\":9223372036854775808")]
    [InlineData("\"timestamp\":1,", "\"timestamp\":9223372036854775807,")]
    [InlineData("\"timestamp\":1,", "\"timestamp\":-9223372036854775808,")]
    [InlineData("\"timestamp\":1,", "\"timestamp\":\"253402300800000\",")]
    [InlineData("\"timestamp\":1,", "\"timestamp\":1.5,")]
    [InlineData("\"expirationTimestamp\":1", "\"expirationTimestamp\":1e30")]
    [InlineData("\"id\":\"1\"", "\"id\":{\"id\":1}")]
    [InlineData("\"url\":\"https://h/1\"", "\"url\":null")]
    public async Task A_number_that_cannot_be_is_malformed(string part, string changed)
    {
        server.Handler = (context, _) => context.LinesAsync(Head + Add.Replace(part, changed, StringComparison.Ordinal) + "\n");

        (await FailsAsync(() => ReadAllAsync(server.Client()), DeltaSharingError.MalformedAnswer)).Message.ShouldContain("Line 3");
    }

    [Fact]
    public async Task An_address_that_never_ends_ends_at_the_end_of_all_times()
    {
        server.Handler = (context, _) =>
            context.LinesAsync(Head + Add.Replace("\"expirationTimestamp\":1", "\"expirationTimestamp\":9223372036854775807", StringComparison.Ordinal) + "\n");
        await using var table = await server.Client().QueryTableAsync(FakeServer.Table);

        var line = (await table.ReadAsync().ToListAsync()).ShouldHaveSingleItem().ShouldBeAssignableTo<DeltaSharing.Protocol.Lines.DataFileLine>()!;

        DateTimeOffset.FromUnixTimeMilliseconds(line.ExpirationTimestamp!.Value).Year.ShouldBe(9999);
    }

    [Theory]
    [InlineData("99999999999999999999")]
    [InlineData("-1")]
    [InlineData("1e3")]
    [InlineData("")]
    public async Task A_version_that_cannot_be_is_malformed(string version)
    {
        server.Handler = (context, _) =>
        {
            context.Response.Headers[HeaderNames.TableVersion] = version;
            return context.StatusAsync(200);
        };

        await FailsAsync(() => server.Client().GetTableVersionAsync(FakeServer.Table), DeltaSharingError.MalformedAnswer);
    }

    [Fact]
    public async Task Json_without_bottom_is_malformed_wherever_it_comes()
    {
        var deep = new string('[', 500_000);
        server.Handler = (context, _) => context.LinesAsync(Head + "{\"file\":{\"new\":" + deep + "\n");
        await FailsAsync(() => ReadAllAsync(server.Client()), DeltaSharingError.MalformedAnswer);
        server.Handler = (context, _) => context.LinesAsync(Head + "{\"new\":" + deep + "\n");
        await FailsAsync(() => ReadAllAsync(server.Client()), DeltaSharingError.MalformedAnswer);
        server.Handler = (context, _) => context.StatusAsync(200, "{\"items\":[{\"name\":\"a\",\"new\":" + deep);
        await FailsAsync(async () => await server.Client().ListSharesAsync().ToListAsync(), DeltaSharingError.MalformedAnswer);
        server.Handler = (context, _) => context.StatusAsync(400, deep[..60_000]);
        await FailsAsync(async () => await server.Client().ListSharesAsync().ToListAsync(), DeltaSharingError.InvalidRequest);
    }

    [Fact]
    public async Task What_a_server_says_is_told_in_short()
    {
        var long_ = new string('m', 50_000);
        server.Handler = (context, _) => context.StatusAsync(400, $$"""{"errorCode":"E\r\nForged: line","message":"{{long_}}"}""");
        var refused = await FailsAsync(async () => await server.Client().ListSharesAsync().ToListAsync(), DeltaSharingError.InvalidRequest);
        server.Handler = (context, _) =>
            context.LinesAsync(Head + $$$"""{"endStreamAction":{"errorMessage":"{{{long_}}}\u0007","httpStatusErrorCode":400}}""" + "\n");
        var failed = await FailsAsync(() => ReadAllAsync(server.Client()), DeltaSharingError.ServerFailed);

        foreach (var exception in new[] { refused, failed })
        {
            exception.Message.Length.ShouldBeLessThan(2500);
            exception.Message.ShouldContain("mmm");
            exception.Message.Any(char.IsControl).ShouldBeFalse();
        }
    }

    private static DeltaSharingClientOptions Options(Action<DeltaSharingClientOptions> change)
    {
        var options = new DeltaSharingClientOptions
        {
            AllowInsecureHttp = true,
            AllowPrivateAddresses = true,
            RetryDelay = TimeSpan.FromMilliseconds(1),
        };
        change(options);
        return options;
    }

    private static async Task ReadAllAsync(DeltaSharingClient client)
    {
        await using var table = await client.QueryTableAsync(FakeServer.Table);
        await table.ReadAsync().ToListAsync();
    }
}
