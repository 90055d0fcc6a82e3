using System.Net;
using System.Text.Json;
using System.Web;
using Tideway.ObjectStorage.Http;
using Tideway.ObjectStorage.Roots;
using Tideway.ObjectStorage.S3;
using Tideway.ObjectStorage.Temporary;
using Tideway.ObjectStorage.Tests.Http;

namespace Tideway.ObjectStorage.Tests.S3;

public sealed class AssumedRoleTests
{
    private const string Answer = """
        <AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><AssumedRoleUser><Arn>arn:aws:sts::1:assumed-role/r/s</Arn></AssumedRoleUser>
        <Credentials><AccessKeyId>ASIA</AccessKeyId><SecretAccessKey>narrow-secret</SecretAccessKey><SessionToken>narrow-token</SessionToken><Expiration>2026-03-09T13:00:00Z</Expiration></Credentials>
        </AssumeRoleResult></AssumeRoleResponse>
        """;

    private static readonly ManualTime Time = new(new DateTimeOffset(2026, 3, 9, 12, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task A_role_is_assumed_for_reading_and_listing_one_folder()
    {
        var asked = new ScriptedHandler(_ => new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(Answer) });

        var credentials = await IssueAsync(asked, "flights", TimeSpan.FromHours(1));

        var aws = credentials.ShouldBeOfType<TemporaryCredentials.Aws>();
        (aws.AccessKeyId, aws.SecretAccessKey, aws.SessionToken).ShouldBe(("ASIA", "narrow-secret", "narrow-token"));
        aws.ExpiresAt.ShouldBe(new DateTimeOffset(2026, 3, 9, 13, 0, 0, TimeSpan.Zero));
        aws.ToString().ShouldNotContain("narrow");
        var (request, body) = asked.Asked.ShouldHaveSingleItem();
        request.Method.ShouldBe(HttpMethod.Post);
        request.RequestUri!.AbsoluteUri.ShouldBe("https://sts.eu-central-1.amazonaws.com/");
        request.Content!.Headers.ContentType!.ToString().ShouldBe("application/x-www-form-urlencoded; charset=utf-8");
        request
            .Headers.GetValues("authorization")
            .Single()
            .ShouldStartWith("AWS4-HMAC-SHA256 Credential=id/20260309/eu-central-1/sts/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=");
        var form = HttpUtility.ParseQueryString(body);
        form.AllKeys.ShouldBe(["Action", "DurationSeconds", "Policy", "RoleArn", "RoleSessionName", "Version", "ExternalId"]);
        (form["Action"], form["Version"], form["DurationSeconds"]).ShouldBe(("AssumeRole", "2011-06-15", "3600"));
        (form["RoleArn"], form["ExternalId"]).ShouldBe(("arn:aws:iam::1:role/reader", "outside"));
        form["RoleSessionName"]!.Length.ShouldBeLessThanOrEqualTo(64);
        form["Policy"]
            .ShouldBe(
                """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::bucket/lake/flights/*"},"""
                    + """{"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::bucket","Condition":{"StringLike":{"s3:prefix":["lake/flights/*"]}}}]}"""
            );
    }

    [Theory]
    [InlineData("a*b", "a${*}b")]
    [InlineData("a?b", "a${?}b")]
    [InlineData("${aws:username}", "${$}{aws:username}")]
    [InlineData("plain \"quoted\"", "plain \"quoted\"")]
    public void A_folder_whose_name_holds_what_has_a_meaning_in_a_policy_is_taken_literally(string path, string literal)
    {
        using var policy = JsonDocument.Parse(SessionPolicy.ReadAndList("aws", "bucket", path));

        policy.RootElement.GetProperty("Statement")[0].GetProperty("Resource").GetString().ShouldBe($"arn:aws:s3:::bucket/{literal}/*");
    }

    [Theory]
    [InlineData(60, "900")]
    [InlineData(7 * 24 * 3600, "43200")]
    public async Task A_lifetime_is_kept_within_what_the_service_takes(int seconds, string expected)
    {
        var asked = new ScriptedHandler(_ => new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(Answer) });

        await IssueAsync(asked, "flights", TimeSpan.FromSeconds(seconds));

        HttpUtility.ParseQueryString(asked.Asked[0].Body)["DurationSeconds"].ShouldBe(expected);
    }

    [Fact]
    public async Task A_refusal_is_told_and_an_answer_without_credentials_shows_nothing_of_itself()
    {
        var refused = new ScriptedHandler(_ => new HttpResponseMessage(HttpStatusCode.Forbidden)
        {
            Content = new StringContent(
                "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>User is not authorized</Message></Error><RequestId>r-1</RequestId></ErrorResponse>"
            ),
        });
        var odd = new ScriptedHandler(_ => new HttpResponseMessage(HttpStatusCode.OK)
        {
            Content = new StringContent("<x><SecretAccessKey>narrow-secret</SecretAccessKey></x>"),
        });

        var refusal = await Should.ThrowAsync<ObjectStorageException>(() => IssueAsync(refused, "flights", TimeSpan.FromHours(1)));
        var oddity = await Should.ThrowAsync<ObjectStorageException>(() => IssueAsync(odd, "flights", TimeSpan.FromHours(1)));

        refusal.Error.ShouldBe(ObjectStorageError.AccessDenied);
        refusal.Message.ShouldContain("403 AccessDenied: User is not authorized (request id r-1)");
        oddity.ToString().ShouldNotContain("narrow-secret");
    }

    private static async Task<TemporaryCredentials> IssueAsync(HttpMessageHandler handler, string folder, TimeSpan lifetime)
    {
        var options = new StorageAccessOptions
        {
            Region = "eu-central-1",
            AccessKeyId = "id",
            SecretAccessKey = "secret",
            RoleArn = "arn:aws:iam::1:role/reader",
            RoleExternalId = "outside",
        };
        using var roots = new StorageRoots(
            new StorageRootOptions { Roots = { ["lake"] = "s3://bucket/lake" }, Access = { ["lake"] = options } },
            new RemoteRootFactory(Time, () => new StoreHttp(Time, S3Fixture.Quick, handler), _ => null)
        );
        return await roots.FindTemporaryCredentials("lake")!.IssueAsync(roots.Locate("lake", folder), lifetime);
    }
}
