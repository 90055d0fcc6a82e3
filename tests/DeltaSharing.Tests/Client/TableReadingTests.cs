using System.Text;
using Microsoft.AspNetCore.Http;
using Tideway.DeltaSharing.Client;
using Tideway.DeltaSharing.Protocol;
using Tideway.DeltaSharing.Protocol.Lines;
using Tideway.Testing;
using static Tideway.DeltaSharing.Tests.Client.FakeAnswers;

namespace Tideway.DeltaSharing.Tests.Client;

public sealed class TableReadingTests : FakeServerFixture
{
    [Fact]
    public async Task Changes_from_a_time_are_asked_for_from_no_earlier_and_up_to_no_later_one()
    {
        Server.Handler = (context, _) => context.LinesAsync(Head);
        var time = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddTicks(5);

        await using var changes = await Server
            .Client()
            .GetChangesAsync(FakeServer.Table, new ChangesRequest { StartingTimestamp = time, EndingTimestamp = time.AddHours(1) });
        await Server.Client().GetTableVersionAsync(FakeServer.Table, time);

        var targets = Server.Requests.Select(request => Uri.UnescapeDataString(request.Target)).ToList();
        targets[0].ShouldEndWith("/changes?startingTimestamp=2026-01-01T00:00:00.001Z&endingTimestamp=2026-01-01T01:00:00Z");
        targets[1].ShouldEndWith("/version?startingTimestamp=2026-01-01T00:00:00.001Z");
    }

    [Fact]
    public async Task A_version_comes_from_the_header()
    {
        Server.Handler = (context, _) => context.LinesAsync("", version: 12);

        var version = await Server.Client().GetTableVersionAsync(FakeServer.Table, new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

        version.ShouldBe(new TableVersion(12, "req-1"));
        Server.Requests.Single().Target.ShouldBe("/ds/shares/s/schemas/sc/tables/t/version?startingTimestamp=2026-01-01T00%3A00%3A00Z");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("-1")]
    [InlineData("latest")]
    [InlineData("99999999999999999999")]
    public async Task An_answer_without_a_proper_version_is_malformed(string? header)
    {
        Server.Handler = (context, _) =>
        {
            if (header is not null)
                context.Response.Headers[HeaderNames.TableVersion] = header;
            return Task.CompletedTask;
        };

        await FailsAsync(async () => await Server.Client().GetTableVersionAsync(FakeServer.Table), DeltaSharingError.MalformedAnswer);
    }

    [Fact]
    public async Task Metadata_is_read_for_a_version_or_a_time()
    {
        Server.Handler = (context, _) => context.LinesAsync(Head);
        var client = Server.Client();

        var metadata = await client.GetMetadataAsync(FakeServer.Table, version: 3);
        await client.GetMetadataAsync(FakeServer.Table, timestamp: DateTimeOffset.UnixEpoch);

        metadata.Version.ShouldBe(3);
        metadata.Metadata.Id.ShouldBe("m");
        Server
            .Requests.Select(request => request.Target[request.Target.LastIndexOf('/')..])
            .ShouldBe(["/metadata?version=3", "/metadata?timestamp=1970-01-01T00%3A00%3A00Z"]);
        Server.Requests.First().Headers["delta-sharing-capabilities"].ToString().ShouldBe("responseformat=parquet;includeendstreamaction=true");
    }

    [Fact]
    public async Task A_query_gives_its_lines_as_they_come()
    {
        var release = new TaskCompletionSource();
        Server.Handler = async (context, _) =>
        {
            await context.LinesAsync(Head + File(1));
            await context.Response.Body.FlushAsync();
            await release.Task;
            await context.Response.WriteAsync(File(2));
        };
        await using var table = await Server.Client().QueryTableAsync(FakeServer.Table, new QueryRequest { Version = 3, PredicateHints = ["a = 1"] });
        await using var lines = table.ReadAsync().GetAsyncEnumerator();

        (await lines.MoveNextAsync()).ShouldBeTrue();
        lines.Current.ShouldBeOfType<FileLine>().Id.ShouldBe("f1");
        release.SetResult();
        (await lines.MoveNextAsync()).ShouldBeTrue();
        (await lines.MoveNextAsync()).ShouldBeFalse();

        (table.Version, table.RequestId).ShouldBe((3, "req-1"));
        var request = Server.Requests.Single();
        (request.Method, request.Target, request.Body).ShouldBe(
            ("POST", "/ds/shares/s/schemas/sc/tables/t/query", """{"predicateHints":["a = 1"],"version":3}""")
        );
    }

    [Fact]
    public async Task Changes_are_asked_for_in_the_query_string()
    {
        Server.Handler = (context, _) =>
            context.LinesAsync(Head + """{"cdf":{"url":"https://h/c","id":"c","partitionValues":{},"size":1,"timestamp":5,"version":2}}""");
        await using var changes = await Server
            .Client()
            .GetChangesAsync(
                FakeServer.Table,
                new ChangesRequest
                {
                    StartingVersion = 1,
                    EndingVersion = 2,
                    IncludeHistoricalMetadata = true,
                }
            );

        (await changes.ReadAsync().ToListAsync()).ShouldHaveSingleItem().ShouldBeOfType<CdfLine>().Version.ShouldBe(2);
        Server.Requests.Single().Target.ShouldEndWith("/changes?startingVersion=1&endingVersion=2&includeHistoricalMetadata=true");
        await Should.ThrowAsync<InvalidOperationException>(() => Server.Client().GetChangesAsync(FakeServer.Table, new ChangesRequest()));
    }

    [Fact]
    [ProtocolRule(
        "Read Change Data Feed from a Table",
        "Our client asks for earlier protocols where its caller wants them",
        Served = "IncludeHistoricalProtocol"
    )]
    public async Task Changes_are_asked_for_with_earlier_protocols_too()
    {
        Server.Handler = (context, _) => context.LinesAsync(Head);

        await using var changes = await Server
            .Client()
            .GetChangesAsync(
                FakeServer.Table,
                new ChangesRequest
                {
                    StartingVersion = 1,
                    IncludeHistoricalProtocol = true,
                    MaxFiles = 5,
                }
            );

        Server.Requests.Single().Target.ShouldEndWith("/changes?startingVersion=1&includeHistoricalProtocol=true&maxFiles=5");
    }

    [Theory]
    [InlineData(FileIdScheme.Parquet, "parquet")]
    [InlineData(FileIdScheme.Delta, "delta")]
    [InlineData(null, "")]
    [ProtocolRule(
        "File ID Hash Header",
        "Our client asks for ids made one way, on queries and for changes, and tells which way the server used",
        Served = "FileIdHash"
    )]
    public async Task Ids_of_files_are_asked_for_made_one_way(FileIdScheme? scheme, string header)
    {
        var options = new DeltaSharingClientOptions
        {
            AllowInsecureHttp = true,
            AllowPrivateAddresses = true,
            FileIdHash = scheme,
        };
        Server.Handler = (context, number) =>
        {
            context.Response.Headers["fileidhash"] = context.Request.Headers["fileidhash"];
            return context.LinesAsync(Head + (number == 0 ? NextPage("p") : ""));
        };

        await using var table = await Server.Client(options).QueryTableAsync(FakeServer.Table);
        await table.ReadAsync().ToListAsync();
        await using var changes = await Server.Client(options).GetChangesAsync(FakeServer.Table, new ChangesRequest { StartingVersion = 1 });
        await Server.Client(options).GetMetadataAsync(FakeServer.Table);

        (table.FileIdHash, changes.FileIdHash).ShouldBe((scheme, scheme));
        Server.Requests.Select(request => request.Headers["fileidhash"].ToString()).ShouldBe([header, header, header, ""]);
    }

    [Theory]
    [InlineData("DELTA", FileIdScheme.Delta)]
    [InlineData("md5", null)]
    [InlineData("", null)]
    public async Task What_a_server_says_of_its_ids_is_told_where_it_is_understood(string header, FileIdScheme? expected)
    {
        Server.Handler = (context, _) =>
        {
            context.Response.Headers["fileidhash"] = header;
            return context.LinesAsync(Head);
        };

        await using var table = await Server.Client().QueryTableAsync(FakeServer.Table);

        table.FileIdHash.ShouldBe(expected);
    }

    [Fact]
    public async Task Pages_are_joined()
    {
        Server.Handler = (context, number) =>
            context.LinesAsync(Head + File(number) + (number < 2 ? NextPage($"p{number}") : """{"endStreamAction":{"minUrlExpirationTimestamp":9}}"""));
        await using var table = await Server.Client().QueryTableAsync(FakeServer.Table, new QueryRequest { MaxFiles = 1, IncludeRefreshToken = true });

        (await table.ReadAsync().Cast<FileLine>().Select(file => file.Id).ToListAsync()).ShouldBe(["f0", "f1", "f2"]);
        table.EndStream!.MinUrlExpirationTimestamp.ShouldBe(9);
        Server
            .Requests.Select(request => request.Body)
            .ShouldBe(["""{"maxFiles":1,"includeRefreshToken":true}""", """{"maxFiles":1,"pageToken":"p0"}""", """{"maxFiles":1,"pageToken":"p1"}"""]);
    }

    [Fact]
    public async Task Pages_that_never_end_or_change_their_version_are_refused()
    {
        Server.Handler = (context, _) => context.LinesAsync(Head + """{"endStreamAction":{"nextPageToken":"same"}}""");
        await FailsAsync(ReadAllAsync, DeltaSharingError.LimitExceeded);

        Server.Handler = (context, number) => context.LinesAsync(Head + NextPage($"p{number}"), version: number);
        await FailsAsync(ReadAllAsync, DeltaSharingError.MalformedAnswer);
    }

    [Fact]
    [ProtocolRule("EndStreamAction", "Our client fails where errorMessage is set")]
    public async Task A_failure_told_in_the_end_stream_line_is_a_failure()
    {
        Server.Handler = (context, _) => context.LinesAsync(Head + File(1) + """{"endStreamAction":{"errorMessage":"vacuumed","httpStatusErrorCode":400}}""");

        var exception = await FailsAsync(ReadAllAsync, DeltaSharingError.ServerFailed);

        exception.Message.ShouldContain("vacuumed");
        (exception.Status, exception.IsTransient).ShouldBe((400, false));
    }

    [Fact]
    [ProtocolRule("EndStreamAction", "Our client fails where a promised endStreamAction does not come")]
    public async Task A_promised_end_that_does_not_come_is_a_break()
    {
        Server.Handler = (context, _) => context.LinesAsync(Head + File(1), endStream: true);

        (await FailsAsync(ReadAllAsync, DeltaSharingError.ConnectionBroken)).IsTransient.ShouldBeTrue();
    }

    [Fact]
    public async Task An_answer_that_breaks_off_is_a_break()
    {
        Server.Handler = (context, _) =>
        {
            // The web server closes a connection whose answer stays short of the announced length.
            context.Response.ContentLength = 10_000;
            return context.LinesAsync(Head + File(1) + File(2)[..20]);
        };

        await FailsAsync(ReadAllAsync, DeltaSharingError.ConnectionBroken);
    }

    [Fact]
    public async Task An_answer_that_ends_in_the_middle_of_a_line_is_a_break()
    {
        Server.Handler = (context, _) => context.LinesAsync(Head + File(1) + File(2)[..20]);

        await FailsAsync(ReadAllAsync, DeltaSharingError.ConnectionBroken);
    }

    [Theory]
    [InlineData("")]
    [InlineData("<html>gateway</html>")]
    [InlineData("{\"protocol\":{\"minReaderVersion\":1}}\n")]
    [InlineData("{\"metaData\":{\"id\":\"m\",\"schemaString\":\"{}\"}}\n")]
    [InlineData("{\"protocol\":{\"deltaProtocol\":{\"minReaderVersion\":3}}}\n")]
    public async Task Lines_that_are_not_of_the_protocol_are_malformed(string lines)
    {
        Server.Handler = (context, _) => context.LinesAsync(lines == "" ? lines : lines + "\n");

        await FailsAsync(ReadAllAsync, DeltaSharingError.MalformedAnswer);
    }

    [Fact]
    public async Task Nonsense_after_the_beginning_is_malformed()
    {
        Server.Handler = (context, _) => context.LinesAsync(Head + File(1) + "oops\n" + File(2));

        (await FailsAsync(ReadAllAsync, DeltaSharingError.MalformedAnswer)).Message.ShouldContain("Line 4");
    }

    [Fact]
    [ProtocolRule("API Response Actions in Parquet Format", "Our client refuses a protocol of newer readers")]
    public async Task A_table_for_newer_readers_is_unsupported()
    {
        Server.Handler = (context, _) => context.LinesAsync(Head.Replace("\"minReaderVersion\":1", "\"minReaderVersion\":2", StringComparison.Ordinal));

        await FailsAsync(ReadAllAsync, DeltaSharingError.Unsupported);
    }

    [Fact]
    public async Task A_line_without_end_is_not_taken_into_memory()
    {
        var options = new DeltaSharingClientOptions
        {
            AllowInsecureHttp = true,
            AllowPrivateAddresses = true,
            MaxLineBytes = 100_000,
        };
        Server.Handler = async (context, _) =>
        {
            await context.LinesAsync(Head + "{\"file\":{\"url\":\"");
            var chunk = Encoding.ASCII.GetBytes(new string('x', 50_000));
            for (var i = 0; i < 10_000 && !context.RequestAborted.IsCancellationRequested; i++)
                await context.Response.Body.WriteAsync(chunk, context.RequestAborted);
        };
        await using var table = await Server.Client(options).QueryTableAsync(FakeServer.Table);

        await FailsAsync(async () => await table.ReadAsync().ToListAsync(), DeltaSharingError.LimitExceeded);
    }

    [Fact]
    public async Task A_server_that_stops_sending_is_given_up()
    {
        var options = new DeltaSharingClientOptions
        {
            AllowInsecureHttp = true,
            AllowPrivateAddresses = true,
            IdleTimeout = TimeSpan.FromMilliseconds(100),
        };
        Server.Handler = async (context, _) =>
        {
            await context.LinesAsync(Head + File(1));
            await context.Response.Body.FlushAsync();
            await Server.HangAsync();
        };
        await using var table = await Server.Client(options).QueryTableAsync(FakeServer.Table);

        await FailsAsync(async () => await table.ReadAsync().ToListAsync(), DeltaSharingError.Timeout);
    }

    [Fact]
    public async Task Reading_is_cancelled_while_it_waits_for_a_line()
    {
        Server.Handler = async (context, _) =>
        {
            await context.LinesAsync(Head + File(1));
            await context.Response.Body.FlushAsync();
            await Server.HangAsync();
        };
        await using var table = await Server.Client().QueryTableAsync(FakeServer.Table);
        using var cancellation = new CancellationTokenSource();

        await Should.ThrowAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in table.ReadAsync(cancellation.Token))
                await cancellation.CancelAsync();
        });
    }

    private async Task ReadAllAsync()
    {
        await using var table = await Server.Client().QueryTableAsync(FakeServer.Table);
        await table.ReadAsync().ToListAsync();
    }
}
