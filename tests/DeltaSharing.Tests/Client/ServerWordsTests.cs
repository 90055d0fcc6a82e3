using Tideway.DeltaSharing.Client;
using Tideway.Testing;
using static Tideway.DeltaSharing.Tests.Client.FakeAnswers;

namespace Tideway.DeltaSharing.Tests.Client;

/// <summary>What servers say of what they refuse.</summary>
public sealed class ServerWordsTests : FakeServerFixture
{
    [Theory]
    [InlineData("""{"errorCode":"SOME_CODE","message":"because"}""", "SOME_CODE", "SOME_CODE: because")]
    [InlineData("""{"error_code":"SOME_CODE","message":"because"}""", "SOME_CODE", "SOME_CODE: because")]
    [InlineData("""{"message":"because","details":[null]}""", null, "400 because")]
    [InlineData("""{"errorCode":17,"message":"because"}""", "17", "17: because")]
    [InlineData("""{"errorCode":null,"message":"because"}""", null, "400 because")]
    [InlineData("""{"error":"invalid_scope","error_description":"because"}""", "invalid_scope", "invalid_scope: because")]
    [InlineData("""{"error":{"code":400,"message":"because","status":"INVALID_ARGUMENT"}}""", "INVALID_ARGUMENT", "400 INVALID_ARGUMENT: because")]
    [InlineData("""{"type":"about:blank","title":"Bad","status":400,"detail":"because"}""", null, "400 because")]
    [InlineData("upstream connect error,\n because", null, "400 upstream connect error,  because")]
    [InlineData("<html>because</html>", null, "400")]
    [InlineData("""{"errorCode":"\ud800","message":"because"}""", null, "400")]
    [InlineData("\u0001\u001b[2Jbecause", null, "400   [2Jbecause")]
    [InlineData("", null, "400")]
    [InlineData("[1]", null, "400")]
    [ProtocolRule(
        "REST APIs",
        "Our client tells what a server says of a refusal also where the body is of another form",
        Served = "error_code, message alone, codes that are numbers, OAuth errors, problem details, plain text"
    )]
    public async Task They_are_told_in_whatever_form_they_come(string body, string? code, string said)
    {
        Server.Handler = (context, _) => context.StatusAsync(400, body);

        var failure = await FailsAsync(VersionAsync, DeltaSharingError.InvalidRequest);

        failure.ErrorCode.ShouldBe(code);
        failure.Message.ShouldContain(said);
        failure.Message.ShouldNotContain("html");
    }

    [Fact]
    public async Task Bytes_that_are_no_text_are_told_by_the_status()
    {
        Server.Handler = async (context, _) =>
        {
            context.Response.StatusCode = 403;
            await context.Response.Body.WriteAsync(new byte[] { (byte)'{', (byte)'"', 0xff, 0xfe, (byte)'"', (byte)':', (byte)'1', (byte)'}' });
        };

        (await FailsAsync(VersionAsync, DeltaSharingError.Forbidden)).Status.ShouldBe(403);
    }

    [Theory]
    [InlineData("<?xml version=\"1.0\" encoding=\"utf-7\"?><Error><Code>X</Code></Error>")]
    [InlineData("<?xml version=\"1.0\" encoding=\"utf-16\"?><Error><Code>X</Code></Error>")]
    [InlineData("<?xml version=\"1.0\" encoding=\"none\"?><Error><Code>X</Code></Error>")]
    [InlineData("<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><Error><Code>&e;</Code></Error>")]
    [InlineData("<Error><Code><Code>X</Code></Code></Error>")]
    [InlineData("<Error><Code>&#xd800;</Code></Error>")]
    [InlineData("<Error><Code>\uffff</Code></Error>")]
    [InlineData("<Error><Code>X</Code>")]
    public async Task Xml_that_is_none_is_told_by_the_status(string body)
    {
        Server.Handler = (context, _) => context.StatusAsync(403, body);

        (await FailsAsync(VersionAsync, DeltaSharingError.Forbidden)).Message.ShouldNotContain("root:");
    }

    [Fact]
    public async Task A_long_text_is_cut_and_a_token_in_it_is_not_repeated()
    {
        Server.Handler = (context, _) => context.StatusAsync(401, "unknown token token-1: " + new string('x', 5000));

        var failure = await FailsAsync(VersionAsync, DeltaSharingError.Unauthorized);

        failure.Message.ShouldContain("unknown token ...:");
        failure.Message.Length.ShouldBeLessThan(1300);
        failure.ToString().ShouldNotContain("token-1");
    }

    [Theory]
    [InlineData(404, DeltaSharingError.NotFound)]
    [InlineData(403, DeltaSharingError.Forbidden)]
    [ProtocolRule("REST APIs", "Our client goes by the status of a refusal whose body breaks off")]
    public async Task A_refusal_whose_words_break_off_counts_and_is_not_tried_again(int status, DeltaSharingError error)
    {
        Server.Handler = async (context, _) =>
        {
            context.Response.StatusCode = status;
            // Less than was said, so that the connection ends.
            context.Response.ContentLength = 1000;
            await context.Response.Body.WriteAsync("{\"errorCode\":"u8.ToArray());
        };

        (await FailsAsync(VersionAsync, error)).Status.ShouldBe(status);
        Server.Requests.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_refusal_whose_words_do_not_come_or_drip_counts(bool drips)
    {
        var options = new DeltaSharingClientOptions
        {
            AllowInsecureHttp = true,
            AllowPrivateAddresses = true,
            IdleTimeout = TimeSpan.FromMilliseconds(100),
            MinBytesPerSecond = 10_000,
            SlowWindow = TimeSpan.FromMilliseconds(200),
        };
        Server.Handler = async (context, _) =>
        {
            context.Response.StatusCode = 403;
            context.Response.ContentLength = 1000;
            await context.Response.Body.WriteAsync("{"u8.ToArray());
            await context.Response.Body.FlushAsync();
            while (drips && !context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.Body.WriteAsync(" "u8.ToArray(), context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
                await Task.Delay(10, context.RequestAborted);
            }

            await Server.HangAsync();
        };

        (await FailsAsync(() => Server.Client(options).GetTableVersionAsync(FakeServer.Table), DeltaSharingError.Forbidden)).Status.ShouldBe(403);
        Server.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_server_without_a_list_of_all_tables_is_asked_by_schemas_also_where_its_refusal_breaks_off()
    {
        Server.Handler = async (context, _) =>
        {
            if (context.Request.Path.Value!.EndsWith("/schemas", StringComparison.Ordinal))
            {
                await context.StatusAsync(200, """{"items":[{"name":"sc","share":"s"}]}""");
                return;
            }

            if (context.Request.Path.Value.EndsWith("/tables", StringComparison.Ordinal))
            {
                await context.StatusAsync(200, """{"items":[{"name":"t","schema":"sc","share":"s"}]}""");
                return;
            }

            context.Response.StatusCode = 404;
            context.Response.ContentLength = 1000;
            await context.Response.Body.WriteAsync("<"u8.ToArray());
        };

        (await Server.Client().ListAllTablesAsync("s").ToListAsync()).Single().Name.ShouldBe("t");
    }

    [Fact]
    public async Task A_mark_of_the_order_of_bytes_before_a_list_or_lines_is_read_over()
    {
        Server.Handler = (context, number) =>
            number == 0 ? context.StatusAsync(200, "\uFEFF{\"items\":[{\"name\":\"s\"}]}") : context.LinesAsync("\uFEFF" + Head + File(1));

        (await Server.Client().ListSharesAsync().ToListAsync()).Single().Name.ShouldBe("s");
        await using var table = await Server.Client().QueryTableAsync(FakeServer.Table);
        (await table.ReadAsync().ToListAsync()).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_redirect_to_nowhere_is_no_crash()
    {
        foreach (var location in new[] { "http://", "https://[::1", "//", "http:///\\x", "mailto:a@example.org", "%" })
        {
            Server.Handler = (context, _) =>
            {
                context.Response.Headers.Location = location;
                return context.StatusAsync(302);
            };

            await Should.ThrowAsync<DeltaSharingException>(VersionAsync, location);
        }
    }

    private Task VersionAsync() => Server.Client().GetTableVersionAsync(FakeServer.Table);
}
