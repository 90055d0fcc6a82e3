using System.Text;
using Tideway.DeltaSharing.Protocol;
using Tideway.DeltaSharing.Protocol.Credentials;
using Tideway.Testing;

namespace Tideway.DeltaSharing.Tests.Protocol;

public sealed class CredentialsTests
{
    private static readonly LocationCredentials Aws = new()
    {
        Location = "s3://b/t",
        AwsTempCredentials = new AwsTempCredentials("id", "the-secret", "the-token"),
        ExpirationTime = 1795428002000,
    };

    [Fact]
    [ProtocolRule("Generate Temporary Table Credential", "The answer names location, one kind of credentials and expirationTime in milliseconds, in a wrapper")]
    public void Credentials_of_a_table_come_in_a_wrapper_and_others_by_themselves()
    {
        var table = Encoding.UTF8.GetString(new TableCredentialsAnswer(Aws).ToJson());

        table.ShouldBe(
            """{"credentials":{"location":"s3://b/t","awsTempCredentials":{"accessKeyId":"id","secretAccessKey":"the-secret","sessionToken":"the-token"},"expirationTime":1795428002000}}"""
        );
        TableCredentialsAnswer.Parse(Encoding.UTF8.GetBytes(table)).Credentials.ShouldBe(Aws);
        Encoding.UTF8.GetString(Aws.ToJson()).ShouldBe(table[15..^1]);
        LocationCredentials.Parse(Aws.ToJson()).ShouldBe(Aws);
    }

    [Theory]
    [InlineData("""{"location":"abfss://c@a.dfs.core.windows.net/t","azureUserDelegationSas":{"sasToken":"sv=1"},"expirationTime":"5"}""")]
    [InlineData("""{"location":"gs://b/t","gcpOauthToken":{"oauthToken":"t"},"expirationTime":5,"unknown":{}}""")]
    [InlineData("""{"location":"r2://b","r2Credentials":{"accessKeyId":"a","secretAccessKey":"b","sessionToken":"c"},"expirationTime":5}""")]
    public void Every_kind_is_read(string json) => LocationCredentials.Parse(Encoding.UTF8.GetBytes(json)).ExpirationTime.ShouldBe(5);

    [Theory]
    [InlineData("""{"credentials":null}""")]
    [InlineData("""{"credentials":{"location":"s3://b/t","expirationTime":5}}""")]
    [InlineData("""{"credentials":{"awsTempCredentials":{"accessKeyId":"id","secretAccessKey":"the-secret","sessionToken":"x"},"expirationTime":5}}""")]
    [InlineData("""{"credentials":{"location":"s3://b/t","awsTempCredentials":{"accessKeyId":"id","secretAccessKey":"the-secret"},"expirationTime":5}}""")]
    [InlineData("""{"credentials":{"location":"s3://b/t","awsTempCredentials":{"secretAccessKey":the-secret},"expirationTime":5}}""")]
    [InlineData(
        """{"credentials":{"location":"l","gcpOauthToken":{"oauthToken":"the-secret"},"azureUserDelegationSas":{"sasToken":"s"},"expirationTime":5}}"""
    )]
    public void An_answer_that_lacks_something_is_malformed_and_nothing_of_it_is_shown(string json)
    {
        var exception = Should.Throw<SharingProtocolException>(() => TableCredentialsAnswer.Parse(Encoding.UTF8.GetBytes(json)));

        exception.Error.ShouldBe(SharingProtocolError.Malformed);
        exception.ToString().ShouldNotContain("the-secret");
    }

    [Fact]
    public void The_text_of_credentials_holds_no_secret()
    {
        var all = Aws with { GcpOauthToken = new GcpOauthToken("the-token"), AzureUserDelegationSas = new AzureUserDelegationSas("the-secret") };

        foreach (
            var text in (string[])
                [$"{all}", $"{all.AwsTempCredentials}", $"{all.GcpOauthToken}", $"{all.AzureUserDelegationSas}", $"{new TableCredentialsAnswer(all)}"]
        )
            text.ShouldNotContain("the-");
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("{}", null)]
    [InlineData("""{"location":null,"other":1}""", null)]
    [InlineData("""{"location":"s3://b/t"}""", "s3://b/t")]
    public void A_request_names_a_location_or_none(string body, string? location)
    {
        CredentialsRequest.Parse(Encoding.UTF8.GetBytes(body), out var fault).ShouldNotBeNull().Location.ShouldBe(location);
        fault.ShouldBeNull();
        CredentialsRequest.Parse(new CredentialsRequest(location).ToJson(), out _)!.Location.ShouldBe(location);
    }

    [Theory]
    [InlineData("{", "line 1")]
    [InlineData("[]", "object")]
    [InlineData("""{"location":5}""", "location to be a text")]
    [InlineData("""{"location":"\ud800"}""", "Unicode")]
    public void A_request_that_cannot_be_read_is_told(string body, string expected)
    {
        CredentialsRequest.Parse(Encoding.UTF8.GetBytes(body), out var fault).ShouldBeNull();

        fault.ShouldNotBeNull().ShouldContain(expected);
    }
}
