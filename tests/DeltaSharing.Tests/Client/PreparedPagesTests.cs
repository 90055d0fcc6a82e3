using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Tideway.DeltaSharing.Client;
using Tideway.DeltaSharing.Protocol;
using Tideway.DeltaSharing.Protocol.Lines;
using Tideway.Testing;
using static Tideway.DeltaSharing.Tests.Client.FakeAnswers;

namespace Tideway.DeltaSharing.Tests.Client;

/// <summary>Answers in pages of which later ones are prepared too.</summary>
public sealed class PreparedPagesTests : IAsyncLifetime
{
    private static readonly DeltaSharingClientOptions Options = new()
    {
        AllowInsecureHttp = true,
        AllowPrivateAddresses = true,
        AsyncQueries = true,
    };

    private FakeServer server = null!;

    public async ValueTask InitializeAsync() => server = await FakeServer.StartAsync();

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    [ProtocolRule("Get Query Info", "Our client waits for a later page under its token as well")]
    public async Task A_later_page_of_a_prepared_answer_that_is_prepared_too_is_waited_for_under_its_token()
    {
        server.Handler = (context, number) => number is 0 or 2 or 3 ? PendingAsync(context, "q1") : PageAsync(context, number);

        (await ReadAsync()).ShouldBe(["f1", "f2", "f3"]);

        Asked.ShouldBe(["query 1 ", "q1 1 ", "q1 1 p2", "q1 1 p2", "q1 1 p2", "q1 1 p3"]);
    }

    [Fact]
    public async Task A_later_page_that_is_prepared_though_the_first_was_not_is_waited_for_under_its_token()
    {
        server.Handler = (context, number) => number is 1 or 2 ? PendingAsync(context, "q2") : PageAsync(context, number);

        (await ReadAsync()).ShouldBe(["f1", "f2", "f3"]);

        Asked.ShouldBe(["query 1 ", "query 1 p2", "q2 1 p2", "q2 1 p2", "q2 1 p3"]);
    }

    // Where it was asked, for how many files a page, and for which page.
    private IEnumerable<string> Asked =>
        server.Requests.Select(request =>
            $"{request.Target[(request.Target.LastIndexOf('/') + 1)..]} {Field(request.Body, "maxFiles")} {Field(request.Body, "pageToken")}"
        );

    private async Task<List<string>> ReadAsync()
    {
        await using var table = await server
            .Client(Options, new WaitlessTime())
            .QueryTableAsync(FakeServer.Table, new QueryRequest { MaxFiles = 1 }, TestContext.Current.CancellationToken);
        return await table.ReadAsync().Cast<FileLine>().Select(file => file.Id).ToListAsync(TestContext.Current.CancellationToken);
    }

    private static Task PendingAsync(HttpContext context, string queryId) =>
        context.LinesAsync("""{"queryStatus":{"queryId":"#","status":"pending"}}""".Replace("#", queryId, StringComparison.Ordinal));

    // The page whose token the request carries, and nothing else of it, as a server answers.
    private Task PageAsync(HttpContext context, int request) =>
        Field(server.Requests.ElementAt(request).Body, "pageToken") switch
        {
            "" => context.LinesAsync(Head + File(1) + NextPage("p2")),
            "p2" => context.LinesAsync(Head + File(2) + NextPage("p3")),
            _ => context.LinesAsync(Head + File(3)),
        };

    private static string Field(string body, string name) => JsonElement.Parse(body).TryGetProperty(name, out var value) ? value.ToString() : "";
}
