using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using Tideway.Cli.Read;
using Tideway.Cli.Tests.Support;
using Tideway.DeltaSharing.Client;
using Tideway.DeltaSharing.Protocol;
using Tideway.Testing;

namespace Tideway.Cli.Tests.Read;

public sealed class SharedListTests
{
    [Theory]
    [InlineData("""{"name":"#"}""")]
    [InlineData("""{"name":"#","share":"s","schema":"LONG"}""", "s")]
    [InlineData("""{"name":"#","share":"s","schema":"sc","id":"LONG"}""", "s", "sc")]
    public async Task A_list_that_takes_more_memory_than_it_may_is_ended(string item, params string[] names)
    {
        var server = new EndlessList(item.Replace("LONG", new string('x', 10_000), StringComparison.Ordinal));

        var failure = await Should.ThrowAsync<DeltaSharingException>(() => ReadAsync(server, names, limit: 1024 * 1024));

        failure.Error.ShouldBe(DeltaSharingError.LimitExceeded);
        failure.Message.ShouldContain("Expected a list that fits into 1 MiB of memory");
        server.Pages.ShouldBeLessThan(1000);
    }

    [Fact]
    public async Task What_fits_is_held_in_its_order()
    {
        var items = await ReadAsync(new EndlessList("""{"name":"#"}""") { Last = 2 }, [], limit: 1024 * 1024);

        items.Select(item => item.GetProperty("name").GetString()).ShouldBe(["0", "1", "2"]);
    }

    [Theory]
    [InlineData("table")]
    [InlineData("json")]
    public async Task A_list_that_nobody_looks_at_is_written_while_it_comes(string format)
    {
        await using var share = await FakeShare.StartAsync();
        var run = new CliRun();
        Task? isShown = null;
        share.Api.On("GET /ds/shares/s/all-tables", Page(0, 2000, nextPageToken: "next"));
        share.Api.On(
            "GET /ds/shares/s/all-tables?pageToken=next",
            async context =>
            {
                isShown = Eventually.Async(() => run.Out.Contains("table-1999", StringComparison.Ordinal), because: "the first page");
                await Task.WhenAny(isShown);
                await context.Response.WriteAsync(Page(2000, 1, nextPageToken: null));
            }
        );

        await run.RunAsync("read", share.Profile + "#s", "--allow-insecure", "--output", format);

        run.ExitCode.ShouldBe(0, run.Error);
        await isShown!;
        if (format == "json")
            run.Json.EnumerateArray().Select(item => item.GetProperty("name").GetString()).ShouldBe(Enumerable.Range(0, 2001).Select(i => $"table-{i}"));
        else
            run.Lines.ShouldBe(["SHARE  SCHEMA  TABLE", .. Enumerable.Range(0, 2001).Select(i => $"s      sc      table-{i}")]);
    }

    [Theory]
    [InlineData(true, "SHARE       SCHEMA  TABLE", "s           sc      table-0", "long-share  sc      table-last")]
    [InlineData(false, "SHARE  SCHEMA  TABLE", "s      sc      table-0", "long-share  sc      table-last")]
    public async Task The_columns_fit_the_whole_list_for_a_person_and_else_get_wider_where_a_text_needs_it(
        bool isInteractive,
        string titles,
        string first,
        string last
    )
    {
        await using var share = await FakeShare.StartAsync();
        share.Api.On("GET /ds/shares/s/all-tables", Page(0, 2000, nextPageToken: "next"));
        share.Api.On("GET /ds/shares/s/all-tables?pageToken=next", """{"items":[{"name":"table-last","share":"long-share","schema":"sc"}]}""");

        var run = await new CliRun { IsInteractive = isInteractive }.RunAsync("read", share.Profile + "#s", "--allow-insecure");

        run.ExitCode.ShouldBe(0, run.Error);
        (run.Lines[0], run.Lines[1], run.Lines[^1]).ShouldBe((titles, first, last));
    }

    [Fact]
    public async Task A_list_whose_end_does_not_come_is_shown_as_far_as_it_came_with_the_failure()
    {
        await using var share = await FakeShare.StartAsync();
        share.Api.On("GET /ds/shares/s/all-tables", Page(0, 2000, nextPageToken: "next"));
        share.Api.On("GET /ds/shares/s/all-tables?pageToken=next", "{}", status: 403);

        var run = await new CliRun().RunAsync("read", share.Profile + "#s", "--allow-insecure");

        run.ExitCode.ShouldBe(ExitCode.Denied);
        run.Lines.Length.ShouldBe(2001);
    }

    private static string Page(int first, int count, string? nextPageToken) =>
        System.Text.Json.JsonSerializer.Serialize(
            new
            {
                items = Enumerable
                    .Range(first, count)
                    .Select(i => new
                    {
                        name = $"table-{i}",
                        share = "s",
                        schema = "sc",
                    }),
                nextPageToken,
            }
        );

    private static async Task<IReadOnlyCollection<System.Text.Json.JsonElement>> ReadAsync(EndlessList server, string[] names, long limit)
    {
        using var http = new HttpClient(server);
        var profile = new SharingProfile { Endpoint = new Uri("https://sharing.example.org"), Credential = new BearerTokenCredential("t") };
        return await SharedList.ReadAsync(new DeltaSharingClient(http, profile), names, limit, TestContext.Current.CancellationToken);
    }

    /// <summary>Pages of one item each, and after each another one.</summary>
    private sealed class EndlessList(string item) : HttpMessageHandler
    {
        public int Pages { get; private set; }

        public int Last { get; init; } = int.MaxValue;

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var next = Pages < Last ? $",\"nextPageToken\":\"{Pages + 1}\"" : "";
            var page = $"{{\"items\":[{item.Replace("#", $"{Pages++}", StringComparison.Ordinal)}]{next}}}";
            return Task.FromResult(
                new HttpResponseMessage(HttpStatusCode.OK) { RequestMessage = request, Content = new StringContent(page, Encoding.UTF8, "application/json") }
            );
        }
    }
}
