using System.IO.Compression;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Tideway.DeltaSharing.Protocol;
using Tideway.DeltaSharing.Protocol.Lines;
using Tideway.DeltaSharing.Protocol.Listing;
using Tideway.DeltaSharing.Server.Answers;
using Tideway.Testing;
using ZstdSharp;

namespace Tideway.DeltaSharing.Tests.Server;

public sealed class EncodedAnswerTests : IAsyncLifetime
{
    private readonly TaskCompletionSource release = new();
    private ProtocolHost host = null!;

    public async ValueTask InitializeAsync() =>
        host = await ProtocolHost.StartAsync(group =>
        {
            group.MapGet(
                "/lines/{count:int}",
                (int count, bool wait = false, int? failAt = null, bool end = false) =>
                    new TableAnswer
                    {
                        TableVersion = 5,
                        Protocol = new ProtocolLine { MinReaderVersion = 1 },
                        Metadata = new MetadataLine { Id = "m", SchemaString = "{}" },
                        Body = (writer, token) => WriteAsync(writer, count, wait, failAt, token),
                        EndStream = end ? () => new EndStreamLine { MinUrlExpirationTimestamp = 9 } : null,
                    }
            );
            group.MapGet(
                "/list/{count:int}",
                (int count) =>
                    JsonAnswer.Of(new ListPage<ShareItem> { Items = [.. Enumerable.Range(0, count).Select(i => new ShareItem { Name = $"share-{i}" })] })
            );
            group.MapGet("/secret", () => new JsonAnswer(Encoding.UTF8.GetBytes($$"""{"secret":"{{new string('s', 5000)}}"}""")));
            group.MapGet("/gone", () => ProtocolRefusals.ShareNotFound(new string('s', 5000)));
        });

    public async ValueTask DisposeAsync()
    {
        release.TrySetResult();
        await host.DisposeAsync();
    }

    [Theory]
    [InlineData("lines/2000", "gzip")]
    [InlineData("lines/2000", "zstd")]
    [InlineData("list/400", "gzip")]
    [InlineData("list/400", "zstd")]
    [ProtocolRule(
        "Compressed answers",
        "Large answers come encoded where asked, small ones, refusals and secrets as they are",
        Served = "with Vary: Accept-Encoding on both"
    )]
    public async Task An_encoded_answer_is_smaller_and_says_the_same(string path, string coding)
    {
        using var plain = await GetAsync(path, null);
        using var encoded = await GetAsync(path, coding);

        encoded.Content.Headers.ContentEncoding.ShouldBe([coding]);
        encoded.Content.Headers.ContentType.ShouldBe(plain.Content.Headers.ContentType);
        foreach (var response in (HttpResponseMessage[])[plain, encoded])
            response.Headers.Vary.ShouldContain("Accept-Encoding");
        plain.Content.Headers.ContentEncoding.ShouldBeEmpty();
        var (bytes, expected) = (await encoded.Content.ReadAsByteArrayAsync(), await plain.Content.ReadAsByteArrayAsync());
        (await DecodeAsync(bytes, coding)).SequenceEqual(expected).ShouldBeTrue();
        bytes.Length.ShouldBeLessThan(expected.Length / 2);
    }

    [Theory]
    [InlineData("lines/3", HttpStatusCode.OK)]
    [InlineData("list/3", HttpStatusCode.OK)]
    [InlineData("secret", HttpStatusCode.OK)]
    [InlineData("gone", HttpStatusCode.NotFound)]
    public async Task Small_answers_refusals_and_secrets_come_as_they_are(string path, HttpStatusCode status)
    {
        using var response = await GetAsync(path, "gzip, zstd");

        response.StatusCode.ShouldBe(status);
        response.Content.Headers.ContentEncoding.ShouldBeEmpty();
    }

    [Fact]
    public async Task Who_takes_no_plain_bytes_gets_even_small_answers_encoded_and_who_takes_nothing_a_406()
    {
        using var encoded = await GetAsync("list/1", "gzip, identity;q=0");
        using var none = await GetAsync("list/1", "br, identity;q=0");

        encoded.Content.Headers.ContentEncoding.ShouldBe(["gzip"]);
        Encoding.UTF8.GetString(await DecodeAsync(await encoded.Content.ReadAsByteArrayAsync(), "gzip")).ShouldBe("""{"items":[{"name":"share-0"}]}""");
        none.StatusCode.ShouldBe(HttpStatusCode.NotAcceptable);
        ErrorBody.Parse(await none.Content.ReadAsByteArrayAsync()).ShouldNotBeNull().Message.ShouldContain("Accept-Encoding");
        host.Log.Records.Select(access => access.Status).ShouldBe([200, 406]);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("zstd")]
    [ProtocolRule("Compressed answers", "An encoded answer streams: its first lines can be read before its last are made")]
    public async Task The_first_lines_can_be_read_before_the_last_are_made(string coding)
    {
        using var request = Request("lines/2000?wait=true", coding);
        using var response = await host.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);

        response.Content.Headers.ContentEncoding.ShouldBe([coding]);
        await using var decoded = Decoder(await response.Content.ReadAsStreamAsync(), coding);
        var lines = NdjsonReader.ReadAsync(decoded).GetAsyncEnumerator();
        (await lines.MoveNextAsync()).ShouldBeTrue();
        lines.Current.ShouldBeOfType<ProtocolLine>();
        (await lines.MoveNextAsync() && await lines.MoveNextAsync()).ShouldBeTrue();
        lines.Current.ShouldBeOfType<FileLine>();
        release.SetResult();
        var rest = 1;
        while (await lines.MoveNextAsync())
            rest++;
        rest.ShouldBe(2000);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("zstd")]
    public async Task An_answer_that_breaks_off_is_no_whole_one_and_one_with_an_end_says_so(string coding)
    {
        await Should.ThrowAsync<HttpRequestException>(async () =>
        {
            using var broken = await GetAsync("lines/2000?failAt=1500", coding);
            await broken.Content.ReadAsByteArrayAsync();
        });

        using var told = await GetAsync("lines/2000?failAt=1500&end=true", coding);
        var text = Encoding.UTF8.GetString(await DecodeAsync(await told.Content.ReadAsByteArrayAsync(), coding));
        text.TrimEnd().Split('\n')[^1].ShouldContain("endStreamAction");
        text.ShouldContain("errorMessage");
    }

    private async ValueTask WriteAsync(AnswerWriter writer, int count, bool wait, int? failAt, CancellationToken cancellationToken)
    {
        for (var i = 0; i < count; i++)
        {
            // Far more than the first portion has been made by then.
            if (wait && i == count / 2)
                await release.Task.WaitAsync(cancellationToken);
            if (i == failAt)
                throw new InvalidDataException("The log is corrupt.");
            var file = new FileLine
            {
                Url =
                    $"https://store.example.org/table/part-{i:D5}.parquet?sig={Convert.ToHexStringLower(SHA256.HashData(BitConverter.GetBytes(i)).AsSpan(0, 8))}",
                Id = $"id-{i}",
                Size = i,
            };
            await writer.WriteAsync(file, cancellationToken);
        }
    }

    private async Task<HttpResponseMessage> GetAsync(string path, string? acceptEncoding)
    {
        using var request = Request(path, acceptEncoding);
        return await host.Client.SendAsync(request);
    }

    private static HttpRequestMessage Request(string path, string? acceptEncoding)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (acceptEncoding is not null)
            request.Headers.TryAddWithoutValidation("Accept-Encoding", acceptEncoding).ShouldBeTrue();
        return request;
    }

    private static Stream Decoder(Stream stream, string coding) =>
        coding == "gzip" ? new GZipStream(stream, CompressionMode.Decompress) : new DecompressionStream(stream);

    private static async Task<byte[]> DecodeAsync(byte[] bytes, string coding)
    {
        using var decoded = new MemoryStream();
        await using var decoder = Decoder(new MemoryStream(bytes), coding);
        await decoder.CopyToAsync(decoded);
        return decoded.ToArray();
    }
}
