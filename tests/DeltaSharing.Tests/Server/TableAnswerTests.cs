using System.Net;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Tideway.DeltaSharing.Protocol;
using Tideway.DeltaSharing.Protocol.Lines;
using Tideway.DeltaSharing.Server.Access;
using Tideway.DeltaSharing.Server.Answers;
using Tideway.DeltaSharing.Server.Exchange;
using Tideway.DeltaSharing.Server.Parameters;
using Tideway.Testing;

namespace Tideway.DeltaSharing.Tests.Server;

public sealed class TableAnswerTests : IAsyncLifetime
{
    private readonly TaskCompletionSource release = new();
    private ProtocolHost host = null!;

    public async ValueTask InitializeAsync() =>
        host = await ProtocolHost.StartAsync(group =>
        {
            group
                .MapGet(
                    "/lines/{count:int}",
                    (HttpContext context, int count, int? failAt, bool end = false, bool wait = false) =>
                    {
                        if (context.Request.Query.ContainsKey("gone"))
                            context.Features.Set<IHttpResponseBodyFeature>(new ReaderlessBody());
                        var capabilities = RequestCapabilities.Read(context.Request);
                        var hash = FileIds.Read(context.Request);
                        if (capabilities.IsRefused(out var refusal) || hash.IsRefused(out refusal))
                            return (IResult)refusal;
                        return new TableAnswer
                        {
                            TableVersion = 5,
                            Protocol = new ProtocolLine { MinReaderVersion = 1 },
                            Metadata = new MetadataLine { Id = "m", SchemaString = "{}" },
                            Body = (writer, token) => WriteAsync(writer, FilesAsync(count, failAt, wait, token), token),
                            EndStream = end ? () => new EndStreamLine { MinUrlExpirationTimestamp = 9 } : null,
                            EchoEndStream = capabilities.Value.IncludeEndStreamAction,
                            EchoFileIdHash = hash.Value,
                            FileCount = count,
                            ByteCount = count * 10,
                        };
                    }
                )
                .WithProtocolAction(ProtocolActions.QueryTable);
            group.MapGet(
                "/metadata",
                () =>
                    new TableAnswer
                    {
                        TableVersion = 1,
                        Protocol = new ProtocolLine { MinReaderVersion = 1 },
                        Metadata = new MetadataLine { Id = "m", SchemaString = "{}" },
                    }
            );
        });

    public async ValueTask DisposeAsync()
    {
        release.TrySetResult();
        await host.DisposeAsync();
    }

    [Theory]
    [InlineData("")]
    [InlineData("&end=true")]
    public async Task A_reader_that_goes_is_recorded_as_that_also_before_the_request_is_told(string more)
    {
        using var response = await host.Client.GetAsync("lines/5000?gone=1" + more);

        host.Log.Records.Select(access => access.Status).ShouldBe([200, 499]);
    }

    [Fact]
    public async Task Lines_headers_and_record_of_a_plain_answer()
    {
        using var response = await host.Client.GetAsync("lines/3");

        response.Content.Headers.ContentType!.ToString().ShouldBe("application/x-ndjson; charset=utf-8");
        Header(response, "Delta-Table-Version").ShouldBe("5");
        Header(response, "delta-sharing-capabilities").ShouldBe("responseformat=parquet");
        response.Headers.Contains("fileidhash").ShouldBeFalse();
        var lines = await LinesAsync(response);
        lines.Select(line => line.GetType()).ShouldBe([typeof(ProtocolLine), typeof(MetadataLine), typeof(FileLine), typeof(FileLine), typeof(FileLine)]);
        var access = host.Log.Single();
        (access.TableVersion, access.FileCount, access.ByteCount).ShouldBe((5, 3, 30));
    }

    [Fact]
    [ProtocolRule("Query Table Metadata", "An answer to the metadata call never has a third line")]
    public async Task A_metadata_answer_has_exactly_two_lines()
    {
        using var response = await host.Client.GetAsync("metadata");

        (await LinesAsync(response)).Count.ShouldBe(2);
    }

    [Fact]
    [ProtocolRule("EndStreamAction", "What is promised by the echo comes, and what is not asked for is not promised")]
    public async Task The_end_stream_line_comes_and_is_promised_only_where_asked_for()
    {
        using var asked = await GetAsync("lines/1?end=true", ("delta-sharing-capabilities", "IncludeEndStreamAction=TRUE"));
        Header(asked, "delta-sharing-capabilities").ShouldBe("responseformat=parquet;includeendstreamaction=true");
        (await LinesAsync(asked))[^1].ShouldBeOfType<EndStreamLine>().MinUrlExpirationTimestamp.ShouldBe(9);

        using var needed = await GetAsync("lines/1?end=true");
        Header(needed, "delta-sharing-capabilities").ShouldBe("responseformat=parquet");
        (await LinesAsync(needed))[^1].ShouldBeOfType<EndStreamLine>();

        using var unable = await GetAsync("lines/1", ("delta-sharing-capabilities", "includeendstreamaction=true"));
        Header(unable, "delta-sharing-capabilities").ShouldBe("responseformat=parquet");
    }

    [Fact]
    [ProtocolRule("File ID Hash Header", "fileidhash is read in any case, echoed in lower case, and refused where it is unknown or empty")]
    public async Task The_way_of_file_ids_is_echoed_in_lower_case_or_refused()
    {
        using var known = await GetAsync("lines/1", ("fileidhash", "Parquet"));
        Header(known, "fileidhash").ShouldBe("parquet");

        foreach (var wrong in new[] { "md5", "" })
        {
            using var response = await GetAsync("lines/1", ("fileidhash", wrong));
            response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
            ErrorBody.Parse(await response.Content.ReadAsByteArrayAsync())!.Message.ShouldContain("Unsupported fileidhash");
        }
    }

    [Fact]
    [ProtocolRule("Delta Sharing Capabilities Header", "A client that takes no known format is refused")]
    public async Task A_client_that_takes_no_known_format_is_refused()
    {
        using var response = await GetAsync("lines/1", ("delta-sharing-capabilities", "responseformat=iceberg"));

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task The_record_is_there_before_the_first_byte_and_the_first_lines_before_the_last_are_made()
    {
        using var response = await host.Client.GetAsync("lines/1000?wait=true", HttpCompletionOption.ResponseHeadersRead);

        host.Log.Single().Status.ShouldBe(200);
        await using var stream = await response.Content.ReadAsStreamAsync();
        var buffer = new byte[100];
        (await stream.ReadAsync(buffer)).ShouldBeGreaterThan(0);
        release.SetResult();
    }

    [Fact]
    public async Task A_table_that_cannot_be_read_fails_before_the_answer_begins()
    {
        using var response = await host.Client.GetAsync("lines/10?failAt=0");

        response.StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
        host.Log.Single().Status.ShouldBe(500);
    }

    [Fact]
    public async Task A_failure_on_the_way_breaks_the_connection_and_is_recorded_again()
    {
        using var response = await host.Client.GetAsync("lines/5000?failAt=4000", HttpCompletionOption.ResponseHeadersRead);

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        await Should.ThrowAsync<Exception>(() => response.Content.ReadAsStringAsync());
        var records = host.Log.Records.ToArray();
        records.Select(record => record.Status).ShouldBe([200, 500]);
        records[0].RequestId.ShouldBe(records[1].RequestId);
    }

    [Fact]
    [ProtocolRule("EndStreamAction", "A failure after the 200 is told with its message and status")]
    public async Task A_failure_on_the_way_is_told_in_the_end_stream_line_where_one_is_awaited()
    {
        using var response = await host.Client.GetAsync("lines/5000?failAt=4000&end=true");

        var end = (await LinesAsync(response))[^1].ShouldBeOfType<EndStreamLine>();
        end.ErrorMessage.ShouldNotBeNull().ShouldNotContain("corrupt");
        end.HttpStatusErrorCode.ShouldBe(500);
        host.Log.Records.Select(record => record.Status).ShouldBe([200, 500]);
    }

    [Fact]
    public async Task No_line_leaves_without_a_record()
    {
        host.Log.IsBroken = true;
        using var response = await host.Client.GetAsync("lines/10");

        response.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await response.Content.ReadAsStringAsync()).ShouldNotContain("https://files");
    }

    private async IAsyncEnumerable<SharingLine> FilesAsync(
        int count,
        int? failAt,
        bool wait,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        for (var i = 0; i < count; i++)
        {
            if (i == failAt)
                throw new InvalidDataException("The log is corrupt.");
            if (wait && i == count / 2)
                await release.Task.WaitAsync(cancellationToken);
            yield return new FileLine
            {
                Url = $"https://files/{i}?sp=r",
                Id = FileIdHash.Parquet.Of($"part-{i}"),
                Size = 10,
            };
        }
    }

    private static async ValueTask WriteAsync(AnswerWriter writer, IAsyncEnumerable<SharingLine> lines, CancellationToken cancellationToken)
    {
        await foreach (var line in lines.WithCancellation(cancellationToken))
            await writer.WriteAsync(line, cancellationToken);
    }

    private async Task<HttpResponseMessage> GetAsync(string path, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return await host.Client.SendAsync(request);
    }

    private static string Header(HttpResponseMessage response, string name) => response.Headers.GetValues(name).Single();

    private static async Task<List<SharingLine>> LinesAsync(HttpResponseMessage response) =>
        await NdjsonReader.ReadAsync(await response.Content.ReadAsStreamAsync()).ToListAsync();
}
