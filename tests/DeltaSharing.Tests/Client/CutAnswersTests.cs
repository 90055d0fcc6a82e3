using System.IO.Compression;
using System.Text;
using Microsoft.AspNetCore.Http;
using Tideway.DeltaSharing.Client;
using Tideway.DeltaSharing.Protocol;
using Tideway.Testing;

namespace Tideway.DeltaSharing.Tests.Client;

/// <summary>Answers in gzip that are not what they were when they were sent.</summary>
public sealed class CutAnswersTests : FakeServerFixture
{
    [Fact]
    [ProtocolRule("Compressed answers", "The client fails where an answer in gzip is cut off, wherever that is")]
    public async Task An_answer_that_is_cut_off_anywhere_is_a_failure()
    {
        var whole = Pack(10, flushes: true);
        var cuts = Enumerable.Range(1, whole.Length - 1).ToList();
        Server.Handler = (context, number) => SendAsync(context, whole[..cuts[number]]);

        foreach (var cut in cuts)
        {
            var failure = await Should.ThrowAsync<DeltaSharingException>(() => ReadAsync(), $"{cut} bytes of {whole.Length}");
            (failure.Error, failure.IsTransient).ShouldBe((DeltaSharingError.ConnectionBroken, true), failure.Message);
        }
    }

    [Fact]
    public async Task An_answer_without_its_checksum_is_a_failure_though_all_of_its_lines_came()
    {
        var whole = Pack(3, flushes: false);
        Server.Handler = (context, _) => SendAsync(context, whole[..^8]);

        var failure = await FakeAnswers.FailsAsync(() => ReadAsync(), DeltaSharingError.ConnectionBroken);

        failure.Message.ShouldContain($"{whole.Length - 8} bytes");
        failure.RequestId.ShouldBe("req-1");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    public async Task An_answer_with_another_checksum_or_length_is_a_failure(int fromEnd)
    {
        var whole = Pack(3, flushes: false);
        whole[^fromEnd] ^= 1;
        Server.Handler = (context, _) => SendAsync(context, whole);

        await FakeAnswers.FailsAsync(() => ReadAsync(), DeltaSharingError.ConnectionBroken);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(20_000)]
    public async Task Members_that_follow_each_other_are_one_answer(int lines)
    {
        byte[] whole = [.. Pack(Head), .. Pack(""), .. Pack(Lines(lines)), .. new byte[3], .. Pack(Lines(2)), .. new byte[100]];
        Server.Handler = (context, _) => SendAsync(context, whole);

        (await ReadAsync()).ShouldBe(lines + 2);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(16 * 1024)]
    [InlineData(100_000)]
    public async Task Members_of_any_length_are_one_answer_in_whatever_pieces_they_come(int mostAtOnce)
    {
        var random = new Random(mostAtOnce);
        var counts = Enumerable.Range(0, 300).Select(index => index < 30 ? random.Next(1, 200) : random.Next(0, 3)).ToList();
        var sent = Head + string.Concat(counts.Select(Lines));
        byte[] whole = [.. Pack(Head), .. counts.SelectMany(count => Pack(Lines(count)))];
        using var http = new HttpClient(new InPieces(whole, mostAtOnce));
        var profile = new SharingProfile { Endpoint = new Uri("https://share.example.org"), Credential = new BearerTokenCredential("t") };

        await using var table = await new DeltaSharingClient(http, profile).QueryTableAsync(FakeServer.Table);

        (await table.ReadAsync().ToListAsync()).Count.ShouldBe(sent.Count(character => character == '\n') - 2);
    }

    [Fact]
    public async Task A_second_member_that_is_cut_off_is_a_failure()
    {
        byte[] whole = [.. Pack(Head + Lines(5)), .. Pack(Lines(5))[..15]];
        Server.Handler = (context, _) => SendAsync(context, whole);

        await FakeAnswers.FailsAsync(() => ReadAsync(), DeltaSharingError.ConnectionBroken);
    }

    [Fact]
    public async Task What_comes_after_the_end_and_is_no_gzip_is_malformed()
    {
        byte[] whole = [.. Pack(Head + Lines(5)), .. "{}"u8];
        Server.Handler = (context, _) => SendAsync(context, whole);

        (await FakeAnswers.FailsAsync(() => ReadAsync(), DeltaSharingError.MalformedAnswer)).Message.ShouldContain("after its end");
    }

    [Fact]
    public async Task A_head_with_a_name_a_comment_and_more_is_read_over()
    {
        var packed = Pack(Head + Lines(5));
        byte[] head = [0x1f, 0x8b, 8, 0b11111, 0, 0, 0, 0, 0, 255, 3, 0, 1, 2, 3, .. "name"u8, 0, .. "what it is"u8, 0, 7, 7];
        Server.Handler = (context, _) => SendAsync(context, [.. head, .. packed[10..]]);

        (await ReadAsync()).ShouldBe(5);
    }

    [Fact]
    public async Task Packed_bytes_of_which_nothing_ever_comes_are_ended()
    {
        Server.Handler = async (context, _) =>
        {
            await SendAsync(context, Pack(Head)[..10]);
            // Blocks without content.
            var blocks = Enumerable.Repeat<byte[]>([0, 0, 0, 0xff, 0xff], 100_000).SelectMany(block => block).ToArray();
            for (var sent = 0; sent < 100 && !context.RequestAborted.IsCancellationRequested; sent++)
                await context.Response.Body.WriteAsync(blocks, context.RequestAborted);
        };

        await FakeAnswers.FailsAsync(() => ReadAsync(), DeltaSharingError.LimitExceeded);
    }

    [Fact]
    public async Task A_refusal_counts_though_what_it_says_is_cut_off()
    {
        Server.Handler = (context, _) =>
        {
            context.Response.StatusCode = 403;
            return SendAsync(context, Pack("""{"errorCode":"X","message":"y"}""")[..20]);
        };

        await FakeAnswers.FailsAsync(() => ReadAsync(), DeltaSharingError.Forbidden);
        Server.Requests.Count.ShouldBe(1);
    }

    private const string Head = FakeAnswers.Head;

    private static string Lines(int count) => string.Concat(Enumerable.Range(0, count).Select(FakeAnswers.File));

    private static byte[] Pack(string text) => Pack([text], flushes: false);

    // Each line to its end, as servers do that send what they have.
    private static byte[] Pack(int lines, bool flushes) => Pack([Head, .. Enumerable.Range(0, lines).Select(FakeAnswers.File)], flushes);

    private static byte[] Pack(IEnumerable<string> parts, bool flushes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal))
        {
            foreach (var part in parts)
            {
                gzip.Write(Encoding.UTF8.GetBytes(part));
                if (flushes)
                    gzip.Flush();
            }

            if (packed.Length == 0 && parts.All(part => part.Length == 0))
                return [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        }

        return packed.ToArray();
    }

    private async Task<int> ReadAsync()
    {
        await using var table = await Server.Client().QueryTableAsync(FakeServer.Table);
        return (await table.ReadAsync().ToListAsync()).Count;
    }

    private static Task SendAsync(HttpContext context, byte[] body)
    {
        context.Response.Headers.ContentEncoding = "gzip";
        context.Response.ContentType = HeaderNames.Ndjson;
        context.Response.Headers[HeaderNames.TableVersion] = "3";
        context.Response.Headers[HeaderNames.RequestId] = "req-1";
        return context.Response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }

    /// <summary>Answers everything with the same, in pieces of random lengths.</summary>
    private sealed class InPieces(byte[] body, int mostAtOnce) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(
                new HttpResponseMessage
                {
                    RequestMessage = request,
                    Headers = { { HeaderNames.TableVersion, "3" } },
                    Content = new StreamContent(new Pieces(body, mostAtOnce)) { Headers = { ContentEncoding = { "gzip" } } },
                }
            );
    }

    private sealed class Pieces(byte[] body, int mostAtOnce) : MemoryStream(body)
    {
        private readonly Random random = new(mostAtOnce);

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, random.Next(1, mostAtOnce + 1))], cancellationToken);
    }
}
