using Tideway.DeltaSharing.Client;
using Tideway.DeltaSharing.Protocol;
using Tideway.Testing;

namespace Tideway.DeltaSharing.Tests.Client;

public sealed class ListingTests : FakeServerFixture
{
    [Fact]
    public async Task All_pages_of_a_list_are_read_with_the_credential()
    {
        Server.Handler = (context, number) =>
            context.StatusAsync(200, number == 0 ? """{"items":[{"name":"a"}],"nextPageToken":"p&2"}""" : """{"items":[{"name":"b"}],"nextPageToken":""}""");

        var shares = await Server.Client().ListSharesAsync().ToListAsync();

        shares.Select(share => share.Name).ShouldBe(["a", "b"]);
        var requests = Server.Requests.ToArray();
        requests.Select(request => request.Target).ShouldBe(["/ds/shares", "/ds/shares?pageToken=p%262"]);
        requests.ShouldAllBe(request => request.Headers.Authorization == "Bearer token-1");
        requests[0].Headers.UserAgent.ToString().ShouldStartWith("Tideway/");
    }

    [Fact]
    public async Task Each_list_has_its_path_and_names_are_escaped()
    {
        Server.Handler = (context, _) =>
            context.StatusAsync(200, context.Request.Path.Value!.EndsWith("/s+x", StringComparison.Ordinal) ? """{"share":{"name":"S"}}""" : "{}");
        var client = Server.Client();

        (await client.GetShareAsync("s+x")).Name.ShouldBe("S");
        await client.ListSchemasAsync("a?b").ToListAsync();
        await client.ListTablesAsync("s", "c#d").ToListAsync();
        await client.ListAllTablesAsync("s.v1").ToListAsync();

        Server
            .Requests.Select(request => request.Target)
            .ShouldBe(["/ds/shares/s+x", "/ds/shares/a%3Fb/schemas", "/ds/shares/s/schemas/c%23d/tables", "/ds/shares/s.v1/all-tables"]);
    }

    [Fact]
    [ProtocolRule(
        "List all Tables in a Share",
        "Our client lists schema by schema where a server has no all-tables",
        Served = "only where that is a 404, as in the Python client"
    )]
    public async Task A_server_without_the_list_of_all_tables_is_asked_for_the_tables_of_each_schema()
    {
        Server.Handler = (context, _) =>
            (context.Request.Path.Value + context.Request.QueryString) switch
            {
                "/ds/shares/s/all-tables" => context.StatusAsync(404),
                "/ds/shares/s/schemas" => context.StatusAsync(200, """{"items":[{"name":"a","share":"s"}],"nextPageToken":"p"}"""),
                "/ds/shares/s/schemas?pageToken=p" => context.StatusAsync(200, """{"items":[{"name":"b","share":"s"},{"name":"c","share":"s"}]}"""),
                "/ds/shares/s/schemas/a/tables" => context.StatusAsync(200, TablesOf("a", "1", "2")),
                "/ds/shares/s/schemas/b/tables" => context.StatusAsync(200, "{}"),
                _ => context.StatusAsync(200, TablesOf("c", "3")),
            };

        var tables = await Server.Client().ListAllTablesAsync("s").ToListAsync();

        tables.Select(table => $"{table.Share}.{table.Schema}.{table.Name}").ShouldBe(["s.a.1", "s.a.2", "s.c.3"]);
    }

    [Fact]
    public async Task A_share_that_is_not_there_is_told_by_the_list_of_its_schemas()
    {
        Server.Handler = (context, _) =>
            context.StatusAsync(404, $$"""{"errorCode":"RESOURCE_DOES_NOT_EXIST","message":"none for {{context.Request.Path.Value!.Split('/')[^1]}}"}""");

        var failure = await FakeAnswers.FailsAsync(async () => await Server.Client().ListAllTablesAsync("s").ToListAsync(), DeltaSharingError.NotFound);

        failure.Message.ShouldContain("none for schemas");
        Server.Requests.Select(request => request.Target).ShouldBe(["/ds/shares/s/all-tables", "/ds/shares/s/schemas"]);
    }

    [Theory]
    [InlineData(403, 0, DeltaSharingError.Forbidden)]
    [InlineData(400, 0, DeltaSharingError.InvalidRequest)]
    [InlineData(404, 1, DeltaSharingError.NotFound)]
    public async Task A_list_of_all_tables_that_is_refused_otherwise_or_later_is_not_begun_anew(int status, int page, DeltaSharingError error)
    {
        Server.Handler = (context, number) => number == page ? context.StatusAsync(status) : context.StatusAsync(200, """{"items":[],"nextPageToken":"p"}""");

        await FakeAnswers.FailsAsync(async () => await Server.Client().ListAllTablesAsync("s").ToListAsync(), error);

        Server.Requests.Count.ShouldBe(page + 1);
    }

    [Theory]
    [InlineData("..")]
    [InlineData("a/b")]
    public async Task A_listed_schema_whose_name_would_lead_elsewhere_is_malformed(string name)
    {
        Server.Handler = (context, number) => number == 0 ? context.StatusAsync(404) : context.StatusAsync(200, $$"""{"items":[{"name":"{{name}}"}]}""");

        await FakeAnswers.FailsAsync(async () => await Server.Client().ListAllTablesAsync("s").ToListAsync(), DeltaSharingError.MalformedAnswer);

        Server.Requests.Count.ShouldBe(2);
    }

    [Fact]
    [ProtocolRule("Get Table", "The client reads Get Table of OpenSharing")]
    public async Task One_table_is_read_by_its_path()
    {
        Server.Handler = (context, number) =>
            number == 0
                ? context.StatusAsync(200, """{"name":"T","schema":"SC","share":"S","shareId":"1","id":"2","format":"delta,iceberg","more":1}""")
                : context.StatusAsync(200, "[]");

        var table = await Server.Client().GetTableAsync(FakeServer.Table);

        (table.Name, table.Schema, table.Share, table.ShareId, table.Id, table.Format).ShouldBe(("T", "SC", "S", "1", "2", "delta,iceberg"));
        Server.Requests.Single().Target.ShouldBe("/ds/shares/s/schemas/sc/tables/t");
        await FakeAnswers.FailsAsync(() => Server.Client().GetTableAsync(FakeServer.Table), DeltaSharingError.MalformedAnswer);
    }

    [Theory]
    [InlineData("..")]
    [InlineData(".")]
    [InlineData("")]
    [InlineData("a/b")]
    [InlineData("a b")]
    public async Task A_name_that_would_lead_elsewhere_is_never_asked_for(string name)
    {
        await Should.ThrowAsync<ArgumentException>(() => Server.Client().GetShareAsync(name));
        await Should.ThrowAsync<ArgumentException>(async () => await Server.Client().GetTableVersionAsync(new SharedTableName("s", name, "t")));

        Server.Requests.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("""{"items":[],"nextPageToken":"same"}""", false)]
    [InlineData("""{"items":[{"name":"a"}],"nextPageToken":"N"}""", true)]
    [ProtocolRule("REST APIs", "Our client ends a list that goes on for ever")]
    public async Task A_list_that_never_ends_is_ended(string page, bool changing)
    {
        var options = new DeltaSharingClientOptions
        {
            AllowInsecureHttp = true,
            AllowPrivateAddresses = true,
            MaxPages = 7,
        };
        Server.Handler = (context, number) => context.StatusAsync(200, changing ? page.Replace("\"N\"", $"\"{number}\"", StringComparison.Ordinal) : page);

        await FakeAnswers.FailsAsync(async () => await Server.Client(options).ListSharesAsync().ToListAsync(), DeltaSharingError.LimitExceeded);

        Server.Requests.Count.ShouldBe(changing ? 7 : 2);
    }

    [Theory]
    [InlineData("")]
    [InlineData("<!doctype html><html><body>Login</body></html>")]
    [InlineData("{\"items\":[{\"name\":")]
    [InlineData("{\"items\":[{\"id\":\"1\"}]}")]
    [InlineData("[1,2]")]
    public async Task An_answer_that_is_not_of_the_protocol_is_malformed(string body)
    {
        Server.Handler = (context, _) => context.StatusAsync(200, body);

        var exception = await FakeAnswers.FailsAsync(async () => await Server.Client().ListSharesAsync().ToListAsync(), DeltaSharingError.MalformedAnswer);

        exception.RequestId.ShouldBe("req-1");
        Server.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_page_beyond_the_limit_is_not_read_to_its_end()
    {
        var options = new DeltaSharingClientOptions
        {
            AllowInsecureHttp = true,
            AllowPrivateAddresses = true,
            MaxListBytes = 100_000,
        };
        var sent = 0L;
        Server.Handler = async (context, _) =>
        {
            var blanks = new byte[10_000];
            Array.Fill(blanks, (byte)' ');
            while (!context.RequestAborted.IsCancellationRequested && sent < 1_000_000_000)
            {
                await context.Response.Body.WriteAsync(blanks, context.RequestAborted);
                sent += blanks.Length;
            }
        };

        await FakeAnswers.FailsAsync(async () => await Server.Client(options).ListSharesAsync().ToListAsync(), DeltaSharingError.LimitExceeded);

        sent.ShouldBeLessThan(1_000_000_000);
    }

    [Theory]
    [InlineData("ftp://h/x")]
    [InlineData("http://share.example.com/x")]
    public void An_endpoint_without_encryption_is_refused_unless_allowed(string endpoint)
    {
        var profile = new SharingProfile { Endpoint = new Uri(endpoint), Credential = new BearerTokenCredential("t") };

        Should.Throw<DeltaSharingException>(() => new DeltaSharingClient(new HttpClient(), profile)).Error.ShouldBe(DeltaSharingError.AddressRefused);
    }

    private static string TablesOf(string schema, params string[] names) =>
        $$"""{"items":[{{string.Join(',', names.Select(name => $$"""{"name":"{{name}}","schema":"{{schema}}","share":"s"}"""))}}]}""";
}
