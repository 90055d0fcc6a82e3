using System.IO.Compression;
using System.Text;
using Microsoft.AspNetCore.Http;
using Tideway.DeltaSharing.Client;
using Tideway.DeltaSharing.Protocol;
using Tideway.Testing;

namespace Tideway.DeltaSharing.Tests.Client;

public sealed class EncodedAnswersTests : FakeServerFixture
{
    [Fact]
    [ProtocolRule("Compressed answers", "The client asks for gzip and reads answers with it and without it")]
    public async Task Answers_are_asked_for_and_read_as_gzip()
    {
        Server.Handler = (context, _) => SendAsync(context, context.Request.Path.Value!.EndsWith("/query", StringComparison.Ordinal) ? Lines(500) : Page(3));

        (await Server.Client().ListSharesAsync().ToListAsync()).Count.ShouldBe(3);
        await using var table = await Server.Client().QueryTableAsync(FakeServer.Table);
        (await table.ReadAsync().ToListAsync()).Count.ShouldBe(500);

        Server.Requests.ShouldAllBe(request => request.Headers.AcceptEncoding == "gzip");
    }

    [Fact]
    public async Task A_file_is_never_asked_for_encoded()
    {
        Server.Handler = (context, _) => context.StatusAsync(200, "four");
        var folder = Directory.CreateTempSubdirectory("tideway-encoded-").FullName;

        await Server.Downloader().DownloadAsync(new Uri(Server.Address, "file"), Path.Combine(folder, "file"), 4);

        Directory.Delete(folder, recursive: true);
        Server.Requests.ShouldAllBe(request => request.Headers.AcceptEncoding == "identity");
    }

    [Fact]
    public async Task Little_that_becomes_much_is_refused_before_it_has_become_that()
    {
        // A page is larger than is allowed only once it is decoded; lines are short, but endless.
        Server.Handler = (context, number) =>
            number == 0 ? SendAsync(context, Page(1) + new string(' ', 40_000_000)) : SendAsync(context, Lines(1) + new string('\n', 40_000_000));

        await FakeAnswers.FailsAsync(async () => await Server.Client().ListSharesAsync().ToListAsync(), DeltaSharingError.LimitExceeded);
        await FakeAnswers.FailsAsync(
            async () =>
            {
                await using var table = await Server.Client().QueryTableAsync(FakeServer.Table);
                await table.ReadAsync().ToListAsync();
            },
            DeltaSharingError.LimitExceeded
        );
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("gzip, gzip")]
    public async Task An_answer_that_is_not_encoded_as_it_says_is_malformed(string encoding)
    {
        Server.Handler = (context, _) =>
        {
            context.Response.Headers.ContentEncoding = encoding;
            return context.StatusAsync(200, Page(1));
        };

        await FakeAnswers.FailsAsync(async () => await Server.Client().ListSharesAsync().ToListAsync(), DeltaSharingError.MalformedAnswer);
    }

    [Fact]
    public async Task A_failure_is_told_by_its_status_also_where_its_body_cannot_be_decoded()
    {
        Server.Handler = (context, _) =>
        {
            context.Response.Headers.ContentEncoding = "br";
            return context.StatusAsync(403, "?");
        };

        await FakeAnswers.FailsAsync(async () => await Server.Client().ListSharesAsync().ToListAsync(), DeltaSharingError.Forbidden);
    }

    private static string Page(int count) => $$"""{"items":[{{string.Join(',', Enumerable.Range(0, count).Select(i => $$"""{"name":"s{{i}}"}"""))}}]}""";

    private static string Lines(int count) => FakeAnswers.Head + string.Concat(Enumerable.Range(0, count).Select(FakeAnswers.File));

    private static async Task SendAsync(HttpContext context, string text)
    {
        context.Response.Headers.ContentEncoding = "gzip";
        context.Response.ContentType = HeaderNames.Ndjson;
        context.Response.Headers[HeaderNames.TableVersion] = "3";
        await using var encoded = new GZipStream(context.Response.Body, CompressionLevel.SmallestSize, leaveOpen: true);
        await encoded.WriteAsync(Encoding.UTF8.GetBytes(text), context.RequestAborted);
    }
}
