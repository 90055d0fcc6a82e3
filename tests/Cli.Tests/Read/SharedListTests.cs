using System.Net;
using System.Text;
using Tideway.Cli.Read;
using Tideway.DeltaSharing.Client;
using Tideway.DeltaSharing.Protocol;

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
