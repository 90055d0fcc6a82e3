using System.Net;
using System.Text.Json;
using Tideway.Contracts.ShareRegistry;
using Tideway.ShareRegistry.Tests.Hosts;
using Tideway.ShareRegistry.Tests.TableQuery;
using Tideway.Testing;

namespace Tideway.ShareRegistry.Tests.Contract;

/// <summary>What every call has in common: who may make it, how its answer is told, and how a refusal.</summary>
public sealed class CallRulesTests : TableTest
{
    private const string Table = "/shares/sales/schemas/shop/tables/orders";

    public static TheoryData<string, string> Calls =>
        new()
        {
            { "GET", "/shares" },
            { "GET", "/shares/sales" },
            { "GET", "/shares/sales/schemas" },
            { "GET", "/shares/sales/schemas/shop/tables" },
            { "GET", "/shares/sales/all-tables" },
            { "GET", Table + "/version" },
            { "HEAD", Table },
            { "GET", Table },
            { "POST", Table + "/temporary-table-credentials" },
            { "GET", Table + "/metadata" },
            { "POST", Table + "/query" },
            { "POST", Table + "/queries/0198c0de" },
        };

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        await ShareAsync("orders", NewTable("orders"));
    }

    [Theory]
    [MemberData(nameof(Calls))]
    [ProtocolRule("REST APIs", "Every 4xx and 5xx has a body of errorCode and message")]
    [ProtocolRule("REST APIs", "Every call carries a bearer token, else it is a 401 with the body of the protocol")]
    [ProtocolRule("REST APIs", "What a token does not allow is a 403", Served = "to a recipient that calls from an address that is not on its list")]
    [ProtocolRule("Get Query Info", "403 is answered here too, though the specification does not list it")]
    public async Task Every_call_is_refused_in_the_words_of_the_protocol(string method, string call)
    {
        var elsewhere = await Process.AddRecipientAsync("elsewhere", "192.0.2.1");
        await Process.GrantAsync("sales", elsewhere);
        using var unknown = Process.ClientOf("nobody-knows-this-token");

        ShouldBeRefused(await SendAsync(Process.Stranger, method, call), method, HttpStatusCode.Unauthorized, "UNAUTHENTICATED");
        ShouldBeRefused(await SendAsync(unknown, method, call), method, HttpStatusCode.Unauthorized, "UNAUTHENTICATED");
        ShouldBeRefused(await SendAsync(elsewhere.Http, method, call), method, HttpStatusCode.Forbidden, "PERMISSION_DENIED");
        if (call != "/shares")
            ShouldBeRefused(
                await SendAsync(Acme.Http, method, call.Replace("sales", "nothing", StringComparison.Ordinal)),
                method,
                HttpStatusCode.NotFound,
                "RESOURCE_DOES_NOT_EXIST"
            );
    }

    [Theory]
    [MemberData(nameof(Calls))]
    [ProtocolRule("Names", "Shares, schemas and tables are found in any case")]
    public async Task Every_call_finds_its_object_in_any_case(string method, string call)
    {
        var path = call.Replace("sales", "SaLeS", StringComparison.Ordinal)
            .Replace("/shop", "/SHOP", StringComparison.Ordinal)
            .Replace("orders", "Orders", StringComparison.Ordinal);

        var status = (await SendAsync(Acme.Http, method, path)).Status;

        // There is no such query, and no folder of this table may be read.
        status.ShouldBe(
            call.Contains("queries", StringComparison.Ordinal) ? HttpStatusCode.NotFound
            : call.Contains("credentials", StringComparison.Ordinal) ? HttpStatusCode.BadRequest
            : HttpStatusCode.OK
        );
    }

    [Theory]
    [InlineData("GET", "/metadata")]
    [InlineData("POST", "/query")]
    [InlineData("POST", "/query", "responseformat=delta")]
    [InlineData("POST", "/query", "responseformat=parquet;includeendstreamaction=true")]
    [ProtocolRule("REST APIs", "A table call answers one JSON object a line, each with exactly one field, as application/x-ndjson")]
    public async Task Every_line_of_a_table_call_is_an_object_of_one_field(string method, string call, string? capabilities = null)
    {
        (string, string)[] headers = capabilities is null ? [] : [("delta-sharing-capabilities", capabilities)];

        var answer = (await Acme.Http.SendAnswerAsync(new HttpMethod(method), "/delta-sharing" + Table + call, null, headers)).ShouldBe(HttpStatusCode.OK);

        answer.Response.Content.Headers.ContentType!.ToString().ShouldBe("application/x-ndjson; charset=utf-8");
        answer.Text.ShouldEndWith("}\n");
        foreach (var line in answer.Text.TrimEnd('\n').Split('\n'))
            JsonElement.Parse(line).EnumerateObject().Count().ShouldBe(1, line);
    }

    [Theory]
    [InlineData("DELETE", "/shares", "GET, HEAD")]
    [InlineData("POST", "/shares/sales", "GET, HEAD")]
    [InlineData("POST", "/shares/not-granted", "GET, HEAD")]
    [InlineData("PUT", Table + "/query", "POST")]
    [InlineData("HEAD", Table + "/query", "POST")]
    [InlineData("GET", Table + "/queries/0198c0de", "POST")]
    [InlineData("POST", Table, "GET, HEAD")]
    [InlineData("PATCH", Table + "/metadata", "GET, HEAD")]
    [InlineData("GET", Table + "/temporary-table-credentials", "POST")]
    [InlineData("DELETE", "/shares/sales/schemas/shop/volumes/manuals/files/a/b.pdf", "GET, HEAD")]
    [ProtocolRule("REST APIs", "A method that a path does not have is a 405 whose Allow names those it has")]
    public async Task A_method_that_a_call_does_not_have_is_405_to_who_is_let_in(string method, string call, string allowed)
    {
        var answer = await SendAsync(Acme.Http, method, call);

        ShouldBeRefused(answer, method, HttpStatusCode.MethodNotAllowed, "METHOD_NOT_ALLOWED");
        string.Join(", ", answer.Response.Content.Headers.Allow).ShouldBe(allowed);
        var record = await Process.Events.WaitForAsync<ShareAccessed>(e => e.RequestId == answer.Header("x-request-id"));
        (record.Action, record.Status, record.RecipientName).ShouldBe(("deltaSharingUnknownCall", 405, "acme"));
        var stranger = await SendAsync(Process.Stranger, method, call);
        ShouldBeRefused(stranger, method, HttpStatusCode.Unauthorized, "UNAUTHENTICATED");
        stranger.Response.Content.Headers.Allow.ShouldBeEmpty();
    }

    private static Task<Answer> SendAsync(HttpClient client, string method, string call) =>
        client.SendAnswerAsync(new HttpMethod(method), "/delta-sharing" + call, method == "POST" ? "{}" : null);

    private static void ShouldBeRefused(Answer answer, string method, HttpStatusCode status, string code)
    {
        answer.ShouldBe(status);
        if (method == "HEAD")
        {
            answer.Text.ShouldBeEmpty();
            return;
        }

        answer.Response.Content.Headers.ContentType!.MediaType.ShouldBe("application/json");
        answer.ProtocolCode.ShouldBe(code);
        answer.Message.ShouldNotBeNullOrEmpty();
    }
}
