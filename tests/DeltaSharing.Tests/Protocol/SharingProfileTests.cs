using System.Text;
using Tideway.DeltaSharing.Protocol;

namespace Tideway.DeltaSharing.Tests.Protocol;

public sealed class SharingProfileTests
{
    [Fact]
    public void A_profile_is_read_as_clients_write_it()
    {
        var profile = Parse(
            """
            { "shareCredentialsVersion": 1, "endpoint": "https://share.example.com/delta-sharing/", "bearerToken": "abc.DEF-123",
              "expirationTime": "2026-11-23T00:00:00.0Z", "icebergEndpoint": "https://share.example.com/iceberg", "more": {} }
            """
        );

        profile.Endpoint.AbsoluteUri.ShouldBe("https://share.example.com/delta-sharing");
        profile.BearerToken.ShouldBe("abc.DEF-123");
        profile.ExpirationTime.ShouldBe(new DateTimeOffset(2026, 11, 23, 0, 0, 0, TimeSpan.Zero));
        profile.IcebergEndpoint.ShouldBe(new Uri("https://share.example.com/iceberg"));
    }

    [Fact]
    public void A_written_profile_reads_the_same()
    {
        var profile = new SharingProfile
        {
            Endpoint = new Uri("https://h/p"),
            BearerToken = "t",
            ExpirationTime = new DateTimeOffset(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero),
        };

        SharingProfile.Parse(profile.ToJson()).ShouldBe(profile);
    }

    [Fact]
    public void A_file_with_a_byte_order_mark_is_read() =>
        Parse("\uFEFF{\"shareCredentialsVersion\":1,\"endpoint\":\"https://h\",\"bearerToken\":\"t\"}").BearerToken.ShouldBe("t");

    [Fact]
    public void The_token_is_not_in_the_text_of_a_profile() =>
        new SharingProfile { Endpoint = new Uri("https://h/p"), BearerToken = "secret" }
            .ToString()
            .ShouldNotContain("secret");

    [Theory]
    [InlineData("""{"shareCredentialsVersion":2,"type":"oauth_client_credentials","endpoint":"https://h"}""", "oauth_client_credentials")]
    [InlineData("""{"shareCredentialsVersion":2,"type":"bearer_token","endpoint":"https://h","bearerToken":"t"}""", "bearer_token")]
    [InlineData("""{"shareCredentialsVersion":3}""", "version 3")]
    public void Another_version_is_named_as_unsupported(string json, string named)
    {
        var exception = Should.Throw<SharingProtocolException>(() => Parse(json));

        exception.Error.ShouldBe(SharingProtocolError.Unsupported);
        exception.Message.ShouldContain(named);
        exception.Message.ShouldContain("unsupported type");
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("nonsense s3cr3t")]
    [InlineData("""{"endpoint":"https://h","bearerToken":"s3cr3t"}""")]
    [InlineData("""{"shareCredentialsVersion":"1","endpoint":"https://h","bearerToken":"s3cr3t"}""")]
    [InlineData("""{"shareCredentialsVersion":1,"bearerToken":"s3cr3t"}""")]
    [InlineData("""{"shareCredentialsVersion":1,"endpoint":"https://h"}""")]
    [InlineData("""{"shareCredentialsVersion":1,"endpoint":"https://h","bearerToken":""}""")]
    [InlineData("""{"shareCredentialsVersion":1,"endpoint":"https://h","bearerToken":"s3cr3t\r\nx: y"}""")]
    [InlineData("""{"shareCredentialsVersion":1,"endpoint":"https://h","bearerToken":"s3cr3t\ud800"}""")]
    [InlineData("""{"shareCredentialsVersion":1,"endpoint":"file:///etc/passwd","bearerToken":"s3cr3t"}""")]
    [InlineData("""{"shareCredentialsVersion":1,"endpoint":"/relative","bearerToken":"s3cr3t"}""")]
    [InlineData("""{"shareCredentialsVersion":1,"endpoint":"https://user:pw@h","bearerToken":"s3cr3t"}""")]
    [InlineData("""{"shareCredentialsVersion":1,"endpoint":"https://h?x=1","bearerToken":"s3cr3t"}""")]
    [InlineData("""{"shareCredentialsVersion":1,"endpoint":"https://h","bearerToken":"s3cr3t","expirationTime":"soon"}""")]
    public void A_malformed_profile_is_refused_without_repeating_its_secret(string json)
    {
        var exception = Should.Throw<SharingProtocolException>(() => Parse(json));

        exception.Error.ShouldBe(SharingProtocolError.Malformed);
        exception.ToString().ShouldNotContain("s3cr3t");
    }

    private static SharingProfile Parse(string json) => SharingProfile.Parse(Encoding.UTF8.GetBytes(json));
}
