using System.Text.Json;
using Tideway.DeltaSharing.Client;
using Tideway.DeltaSharing.Protocol;
using Tideway.DeltaSharing.Protocol.Lines;
using Tideway.Testing;

namespace Tideway.DeltaSharing.Tests.Client;

/// <summary>Answers in the delta format, and answers that a server prepares.</summary>
public sealed class DeltaFormatTests : FakeServerFixture
{
    private const string Head = """
        {"protocol":{"deltaProtocol":{"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":["deletionVectors"],"writerFeatures":["deletionVectors"]}}}
        {"metaData":{"deltaMetadata":{"id":"m","format":{"provider":"parquet","options":{}},"schemaString":"{}","partitionColumns":["p"],"configuration":{"a":"b"}}}}

        """;

    private const string File = """
        {"file":{"id":"f1","deletionVectorFileId":"d1","deltaSingleAction":{"add":{"path":"https://h/1","size":7}}}}

        """;

    private const string Pending = """{"queryStatus":{"queryId":"q 1","status":"pending"}}""";

    [Fact]
    public async Task Both_formats_are_asked_for_and_the_one_that_came_is_read()
    {
        Server.Handler = (context, _) => context.LinesAsync(Head + File);

        await using var stream = await Client().QueryTableAsync(FakeServer.Table, cancellationToken: Stop);
        var lines = await stream.ReadAsync(Stop).ToListAsync(Stop);

        Server
            .Requests.Single()
            .Headers[HeaderNames.Capabilities]
            .ToString()
            .ShouldBe("responseformat=parquet,delta;readerfeatures=columnmapping,deletionvectors;includeendstreamaction=true");
        var delta = stream.Delta.ShouldNotBeNull();
        delta.Protocol.ReaderFeatures.ShouldBe(["deletionVectors"]);
        (stream.Metadata.Id, stream.Metadata.PartitionColumns.Single(), stream.Metadata.Configuration!["a"]).ShouldBe(("m", "p", "b"));
        var file = lines.ShouldHaveSingleItem().ShouldBeOfType<DeltaFileLine>();
        (file.Id, file.DeletionVectorFileId).ShouldBe(("f1", "d1"));
        file.DeltaSingleAction.GetProperty("add").GetProperty("size").ValueKind.ShouldBe(JsonValueKind.Number);
    }

    [Fact]
    public async Task Metadata_comes_in_the_delta_format_too()
    {
        Server.Handler = (context, _) => context.LinesAsync(Head);

        (await Client().GetMetadataAsync(FakeServer.Table, cancellationToken: Stop)).Delta.ShouldNotBeNull().Metadata.Id.ShouldBe("m");
    }

    [Fact]
    public async Task A_feature_that_the_caller_does_not_know_is_refused_by_name()
    {
        Server.Handler = (context, _) =>
            context.LinesAsync(Head.Replace("[\"deletionVectors\"],\"w", "[\"deletionVectors\",\"variantType\"],\"w", StringComparison.Ordinal));

        var failure = await FailsAsync(Client());

        failure.Error.ShouldBe(DeltaSharingError.Unsupported);
        failure.Message.ShouldContain("variantType");
        failure.Message.ShouldNotContain("deletionVectors");
    }

    [Fact]
    [ProtocolRule("Delta Sharing Capabilities Header", "Our client refuses a format that it did not ask for")]
    public async Task A_format_that_was_not_asked_for_is_malformed()
    {
        Server.Handler = (context, _) => context.LinesAsync(Head);

        (await FailsAsync(Server.Client())).Error.ShouldBe(DeltaSharingError.MalformedAnswer);
    }

    [Fact]
    [ProtocolRule("Get Query Info", "Our client waits for a query under its id and reads the answer in pages")]
    public async Task An_answer_that_is_prepared_is_waited_for_under_the_same_id_and_read_in_pages()
    {
        Server.Handler = (context, number) =>
            number switch
            {
                < 3 => context.LinesAsync(Pending),
                3 => context.LinesAsync(Head + File + FakeAnswers.NextPage("p2")),
                _ => context.LinesAsync(Head + File.Replace("f1", "f2", StringComparison.Ordinal)),
            };
        var time = new WaitlessTime();

        await using var stream = await Client(asynchronous: true, time).QueryTableAsync(FakeServer.Table, new QueryRequest { MaxFiles = 1 }, Stop);
        var lines = await stream.ReadAsync(Stop).ToListAsync(Stop);

        lines.Cast<DeltaFileLine>().Select(file => file.Id).ShouldBe(["f1", "f2"]);
        var requests = Server.Requests.ToList();
        requests[0].Headers[HeaderNames.Capabilities].ToString().ShouldContain("asyncquery=true");
        requests[0].Body.ShouldContain("idempotencyKey");
        requests.Skip(1).Select(request => request.Target).Distinct().ShouldBe(["/ds/shares/s/schemas/sc/tables/t/queries/q%201"]);
        JsonElement.Parse(requests[^1].Body).GetProperty("pageToken").GetString().ShouldBe("p2");
        time.Waits.Take(2).ShouldBe([TimeSpan.FromMilliseconds(250), TimeSpan.FromMilliseconds(500)]);
    }

    [Theory]
    [InlineData("""{"queryStatus":{"queryId":"q 1","status":"failed"}}""", DeltaSharingError.ServerFailed)]
    [InlineData("""{"queryStatus":{"queryId":"another","status":"pending"}}""", DeltaSharingError.MalformedAnswer)]
    public async Task A_prepared_answer_that_goes_wrong_is_told(string second, DeltaSharingError expected)
    {
        Server.Handler = (context, number) => context.LinesAsync(number == 0 ? Pending : second);

        (await FailsAsync(Client(asynchronous: true, new WaitlessTime()))).Error.ShouldBe(expected);
    }

    [Fact]
    public async Task A_server_that_prepares_for_ever_is_given_up()
    {
        Server.Handler = (context, _) => context.LinesAsync(Pending);
        var options = Options(asynchronous: true);
        options.MaxQueryTime = TimeSpan.Zero;

        var failure = await Should.ThrowAsync<DeltaSharingException>(() =>
            Server.Client(options, new WaitlessTime()).QueryTableAsync(FakeServer.Table, cancellationToken: Stop)
        );

        failure.Error.ShouldBe(DeltaSharingError.Timeout);
    }

    [Fact]
    public async Task A_status_that_nobody_asked_for_is_malformed()
    {
        Server.Handler = (context, _) => context.LinesAsync(Pending);

        (await FailsAsync(Client())).Error.ShouldBe(DeltaSharingError.MalformedAnswer);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private DeltaSharingClient Client(bool asynchronous = false, TimeProvider? time = null) => Server.Client(Options(asynchronous), time);

    private static DeltaSharingClientOptions Options(bool asynchronous) =>
        new()
        {
            AllowInsecureHttp = true,
            AllowPrivateAddresses = true,
            ResponseFormats = ResponseFormats.Parquet | ResponseFormats.Delta,
            ReaderFeatures = ["deletionVectors", "columnMapping"],
            AsyncQueries = asynchronous,
        };

    private static Task<DeltaSharingException> FailsAsync(DeltaSharingClient client) =>
        Should.ThrowAsync<DeltaSharingException>(() => client.QueryTableAsync(FakeServer.Table, cancellationToken: Stop));
}
