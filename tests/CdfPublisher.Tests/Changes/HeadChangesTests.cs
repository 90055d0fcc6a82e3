using System.Net;
using Tideway.Testing;

namespace Tideway.CdfPublisher.Tests.Changes;

public sealed class HeadChangesTests : ChangesScene
{
    [Theory]
    [InlineData("startingVersion=1", "responseformat=parquet")]
    [InlineData("startingVersion=1&maxFiles=1", "responseformat=parquet;includeendstreamaction=true")]
    [InlineData("startingVersion=2&includeHistoricalMetadata=true", "responseformat=delta;readerfeatures=deletionvectors")]
    [ProtocolRule(
        "REST APIs",
        "HEAD is answered as GET is, with its headers and without a body",
        Served = "but of a table's own path, where it is the older version call"
    )]
    public async Task Head_has_the_headers_of_get_and_no_lines(string query, string capabilities)
    {
        var got = await SendAsync(HttpMethod.Get, "orders", query, capabilities);
        var head = await SendAsync(HttpMethod.Head, "orders", query, capabilities);

        head.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await head.Content.ReadAsByteArrayAsync()).ShouldBeEmpty();
        HeadersOf(head).ShouldBe(HeadersOf(got));
        (await RecordOfAsync(got)).FileCount.ShouldNotBe(0);
        var record = await RecordOfAsync(head);
        (record.Action, record.Status, record.TableVersion).ShouldBe(("deltaSharingQueryTableChanges", 200, (await RecordOfAsync(got)).TableVersion));
        (record.FileCount, record.ByteCount, record.Parameters!["method"]).ShouldBe((0, 0, "HEAD"));
    }

    [Theory]
    [InlineData("orders", "", HttpStatusCode.BadRequest)]
    [InlineData("orders", "startingVersion=6", HttpStatusCode.BadRequest)]
    [InlineData("plain", "startingVersion=0", HttpStatusCode.BadRequest)]
    [InlineData("mapped", "startingVersion=0", HttpStatusCode.BadRequest)]
    [InlineData("nothing", "startingVersion=0", HttpStatusCode.NotFound)]
    public async Task Head_is_refused_as_get_is(string table, string query, HttpStatusCode status)
    {
        var got = await SendAsync(HttpMethod.Get, table, query);
        var head = await SendAsync(HttpMethod.Head, table, query);

        (got.StatusCode, head.StatusCode).ShouldBe((status, status));
        (await head.Content.ReadAsByteArrayAsync()).ShouldBeEmpty();
        (await RecordOfAsync(head)).ErrorMessage.ShouldBe((await RecordOfAsync(got)).ErrorMessage);
        (await host.ClientOf("nobody").SendAsync(new HttpRequestMessage(HttpMethod.Head, PathOf(table, query)))).StatusCode.ShouldBe(
            HttpStatusCode.Unauthorized
        );
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string table, string query, string? capabilities = null)
    {
        var request = new HttpRequestMessage(method, PathOf(table, query));
        if (capabilities is not null)
            request.Headers.TryAddWithoutValidation("delta-sharing-capabilities", capabilities);
        return await client.SendAsync(request);
    }

    private static IEnumerable<string> HeadersOf(HttpResponseMessage answer) =>
        answer
            .Headers.Concat(answer.Content.Headers)
            .Where(header => header.Key is not ("X-Request-ID" or "Date"))
            .Select(header => $"{header.Key}: {string.Join(", ", header.Value)}")
            .Order(StringComparer.Ordinal);
}
