using System.Net;
using Tideway.Hosting.Identity;
using Tideway.ShareRegistry.Tests.Hosts;
using Tideway.ShareRegistry.Tests.TableQuery;
using Tideway.Testing;

namespace Tideway.ShareRegistry.Tests.Contract;

/// <summary>The texts of errors that clients and their tests know, of the calls about tables.</summary>
public sealed class KnownErrorTextTests : TableTest
{
    private string orders = null!;
    private string since1 = null!;
    private string latest = null!;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        var table = NewTable("orders");
        for (var version = 1; version <= 3; version++)
            table.Commit(table.Add($"part-{version}.parquet", 10));
        orders = await ShareAsync("orders", table);
        since1 = await ShareAsync("since1", table, startVersion: 1);
        latest = await ShareAsync("latest", table, history: false, startVersion: null);
    }

    [Theory]
    [ProtocolRule("Error texts", "Faults of a query are told in the words that clients know, with status 400")]
    [InlineData(
        "latest",
        """{"version":1}""",
        "Reading table by version or timestamp is not supported because history sharing is not enabled on table: sales.shop.latest"
    )]
    [InlineData("orders", """{"version":1,"timestamp":"2026-01-01T00:00:00Z"}""", "Please only provide one of")]
    [InlineData("orders", """{"version":-1}""", "table version cannot be negative")]
    [InlineData("orders", """{"startingVersion":-1}""", "startingVersion cannot be negative")]
    [InlineData("orders", """{"startingVersion":3,"endingVersion":2}""", "startingVersion(3) must be smaller than or equal to endingVersion(2)")]
    [InlineData("since1", """{"version":0}""", "You can only query table data since version 1")]
    [InlineData("orders", """{"maxFiles":0}""", "maxFiles must be positive")]
    [InlineData("orders", """{"maxFiles":1,"pageToken":"x"}""", "Error decoding the page token")]
    [InlineData("orders", """{"refreshToken":"x"}""", "Error decoding refresh token")]
    [InlineData("orders", """{"includeRefreshToken":true,"version":1}""", "includeRefreshToken cannot be used when querying a specific version")]
    [InlineData("orders", """{"includeRefreshToken":true,"maxFiles":1,"pageToken":"x"}""", "includeRefreshToken must be used in the first page request")]
    [InlineData("orders", """{"refreshToken":"x","version":1}""", "refreshToken cannot be used when querying a specific version")]
    [InlineData("orders", """{"refreshToken":"x","maxFiles":1,"pageToken":"x"}""", "refreshToken must be used in the first page request")]
    [InlineData("orders", """{"version":4}""", "Cannot load table version 4")]
    [InlineData("orders", """{"timestamp":"2001-01-01T00:00:00Z"}""", "is before the earliest available version")]
    [InlineData("orders", """{"timestamp":"2101-01-01T00:00:00Z"}""", "is after the latest available version")]
    [InlineData("orders", """{"startingVersion":4}""", "is after the latest available version")]
    public async Task A_query_is_refused_in_known_words(string table, string body, string text)
    {
        var answer = await QueryAsync(PathOf(table), body);

        answer.ShouldBe(HttpStatusCode.BadRequest).ProtocolCode.ShouldBe("INVALID_PARAMETER_VALUE");
        answer.Message.ShouldContain(text);
    }

    [Theory]
    [ProtocolRule(
        "Read Data from a Table",
        "endingVersion is a hint: one after the latest version is the latest",
        Served = "not refused, as the reference does"
    )]
    [ProtocolRule("Read Data from a Table", "An empty body, and one of fields that nobody knows, is a query without wishes")]
    [InlineData("""{"startingVersion":2,"endingVersion":9}""")]
    [InlineData("{}")]
    [InlineData("")]
    [InlineData("""{"somethingNew":{"a":[1]},"queryDeltaLog":true,"predicateHints":[],"limitHint":9223372036854775807}""")]
    public async Task What_is_no_fault_is_answered(string body) => (await QueryAsync(orders, body)).ShouldBe(HttpStatusCode.OK);

    [Fact]
    [ProtocolRule("Error texts", "Tokens whose time is over, and those of another table, are told as such")]
    public async Task Tokens_are_refused_in_known_words()
    {
        // The bearer token lives on; those of the protocol do not.
        Process.Credentials.Add(
            Acme.Token,
            new Credential
            {
                Kind = CredentialKind.Recipient,
                Id = Acme.Id,
                Name = Acme.Name,
                ExpiresAt = Process.Time.GetUtcNow().AddDays(30),
            }
        );
        var first = await QueryAsync(orders, new { maxFiles = 1 });
        var page = first.Lines[^1].Body.GetProperty("nextPageToken").GetString();
        var refresh = (await QueryAsync(orders, new { includeRefreshToken = true })).Lines[^1].Body.GetProperty("refreshToken").GetString();

        (await QueryAsync(since1, new { maxFiles = 1, pageToken = page })).Message.ShouldContain(
            "The table specified in the page token does not match the table being queried"
        );
        (await QueryAsync(since1, new { refreshToken = refresh })).Message.ShouldContain(
            "The table specified in the refresh token does not match the table being queried"
        );
        (
            await QueryAsync(
                orders,
                new
                {
                    maxFiles = 1,
                    pageToken = page,
                    limitHint = 1,
                }
            )
        ).Message.ShouldContain("Query parameter mismatch detected for the next page query");
        Process.Time.Advance(TimeSpan.FromDays(4));
        (await QueryAsync(orders, new { maxFiles = 1, pageToken = page })).Message.ShouldContain("The page token has expired");
        (await QueryAsync(orders, new { refreshToken = refresh })).Message.ShouldContain("The refresh token has expired");
    }

    [Fact]
    [ProtocolRule("Error texts", "An unknown fileidhash and table properties that cannot be expressed are told as such")]
    public async Task Headers_and_properties_are_refused_in_known_words()
    {
        (await QueryAsync(orders, "{}", ("fileidhash", "sha1"))).ShouldBe(HttpStatusCode.BadRequest).Message.ShouldContain("Unsupported fileidhash");
        var mapped = new LakeTable(System.IO.Path.Combine(Process.Lake, "mapped"));
        mapped.Commit(LakeTable.ProtocolLine(2, 5), LakeTable.MetadataLine(("delta.columnMapping.mode", "id")), mapped.Add("part-0.parquet", 1));

        (await QueryAsync(await ShareAsync("mapped", mapped), "{}"))
            .ShouldBe(HttpStatusCode.BadRequest)
            .Message.ShouldContain("Unsupported Delta Table Properties");
    }

    [Theory]
    [ProtocolRule("Error texts", "What is not there is a 404 with the reference server's text: [Share/Schema/Table] and the three names for a table")]
    [InlineData(
        "/delta-sharing/shares/none/schemas/shop/tables/orders",
        "[Share/Schema/Table] 'none/shop/orders' does not exist, please contact your share provider for further information."
    )]
    [InlineData(
        "/delta-sharing/shares/sales/schemas/none/tables/orders",
        "[Share/Schema/Table] 'sales/none/orders' does not exist, please contact your share provider for further information."
    )]
    [InlineData(
        "/delta-sharing/shares/sales/schemas/shop/tables/none",
        "[Share/Schema/Table] 'sales/shop/none' does not exist, please contact your share provider for further information."
    )]
    public async Task What_is_missing_is_named(string path, string text)
    {
        foreach (var answer in new[] { await GetAsync(path + "/metadata"), await GetAsync(path + "/version"), await QueryAsync(path, "{}") })
        {
            answer.ShouldBe(HttpStatusCode.NotFound).Message.ShouldBe(text);
            // Some clients look for it in the body as it is.
            answer.Text.ShouldContain(text);
        }
    }

    [Fact]
    [ProtocolRule("Error texts", "A log without metadata is a 500")]
    public async Task A_log_without_metadata_is_a_failure_of_the_server()
    {
        var table = NewTable("broken");
        var path = await ShareAsync("broken", table);
        File.WriteAllText(table.CommitFile(0), LakeTable.ProtocolLine() + "\n");

        (await QueryAsync(path, "{}")).ShouldBe(HttpStatusCode.InternalServerError).ProtocolCode.ShouldBe("INTERNAL_ERROR");
    }

    private string PathOf(string table) =>
        table switch
        {
            "since1" => since1,
            "latest" => latest,
            _ => orders,
        };
}
