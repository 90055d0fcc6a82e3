using Tideway.DeltaSharing.Client;
using Tideway.DeltaSharing.Protocol.Credentials;
using Tideway.Testing;

namespace Tideway.DeltaSharing.Tests.Client;

public sealed class TableCredentialsTests : FakeServerFixture
{
    private const string Answer = """
        {"credentials":{"location":"s3://b/t","awsTempCredentials":{"accessKeyId":"id","secretAccessKey":"the-secret","sessionToken":"token"},"expirationTime":5}}
        """;

    [Fact]
    [ProtocolRule("Generate Temporary Table Credential", "The client asks for temporary credentials of a table, whatever content type they come in")]
    public async Task Credentials_of_a_table_are_asked_for_by_its_path()
    {
        Server.Handler = (context, number) =>
        {
            context.Response.ContentType = number == 0 ? "application/json" : "application/x-ndjson; charset=utf-8";
            return context.StatusAsync(200, Answer);
        };

        var main = await Server.Client().GetTemporaryTableCredentialsAsync(FakeServer.Table);
        await Server.Client().GetTemporaryTableCredentialsAsync(FakeServer.Table, "s3://b/t/_delta_log");

        main.AwsTempCredentials.ShouldBe(new AwsTempCredentials("id", "the-secret", "token"));
        Server
            .Requests.Select(request => (request.Method, request.Target, request.Body))
            .ShouldBe([
                ("POST", "/ds/shares/s/schemas/sc/tables/t/temporary-table-credentials", "{}"),
                ("POST", "/ds/shares/s/schemas/sc/tables/t/temporary-table-credentials", """{"location":"s3://b/t/_delta_log"}"""),
            ]);
    }

    [Fact]
    public async Task A_server_that_offers_none_is_told_and_an_answer_that_is_malformed_shows_no_secret()
    {
        Server.Handler = (context, number) =>
            number == 0
                ? context.StatusAsync(400, """{"errorCode":"UNSUPPORTED_OPERATION","message":"not offered"}""")
                : context.StatusAsync(200, Answer.Replace("sessionToken", "other", StringComparison.Ordinal));

        var refusal = await FakeAnswers.FailsAsync(() => Server.Client().GetTemporaryTableCredentialsAsync(FakeServer.Table), DeltaSharingError.InvalidRequest);
        var malformed = await FakeAnswers.FailsAsync(
            () => Server.Client().GetTemporaryTableCredentialsAsync(FakeServer.Table),
            DeltaSharingError.MalformedAnswer
        );

        refusal.ErrorCode.ShouldBe("UNSUPPORTED_OPERATION");
        malformed.ToString().ShouldNotContain("the-secret");
    }
}
