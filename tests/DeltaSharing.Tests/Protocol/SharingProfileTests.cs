using System.Text;
using Tideway.DeltaSharing.Protocol;
using Tideway.Testing;

namespace Tideway.DeltaSharing.Tests.Protocol;

public sealed class SharingProfileTests
{
    [Fact]
    [ProtocolRule("Profile File Format", "A profile of version 1 has endpoint, bearerToken and expirationTime, which may be absent")]
    public void A_profile_is_read_as_clients_write_it()
    {
        var profile = Parse(
            """
            { "shareCredentialsVersion": 1, "endpoint": "https://share.example.com/delta-sharing/", "bearerToken": "abc.DEF-123",
              "expirationTime": "2026-11-23T00:00:00.0Z", "icebergEndpoint": "https://share.example.com/iceberg", "more": {} }
            """
        );

        profile.Endpoint.AbsoluteUri.ShouldBe("https://share.example.com/delta-sharing");
        profile.Credential.ShouldBe(new BearerTokenCredential("abc.DEF-123"));
        profile.ExpirationTime.ShouldBe(new DateTimeOffset(2026, 11, 23, 0, 0, 0, TimeSpan.Zero));
        profile.IcebergEndpoint.ShouldBe(new Uri("https://share.example.com/iceberg"));
    }

    [Fact]
    public void A_written_profile_reads_the_same()
    {
        var profile = new SharingProfile
        {
            Endpoint = new Uri("https://h/p"),
            Credential = new BearerTokenCredential("t"),
            ExpirationTime = new DateTimeOffset(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero),
        };

        SharingProfile.Parse(profile.ToJson()).ShouldBe(profile);
    }

    [Fact]
    public void A_file_with_a_byte_order_mark_is_read() =>
        Parse("\uFEFF{\"shareCredentialsVersion\":1,\"endpoint\":\"https://h\",\"bearerToken\":\"t\"}").Credential.ShouldBe(new BearerTokenCredential("t"));

    [Fact]
    public void The_token_is_not_in_the_text_of_a_profile() =>
        new SharingProfile { Endpoint = new Uri("https://h/p"), Credential = new BearerTokenCredential("secret") }
            .ToString()
            .ShouldNotContain("secret");

    [Fact]
    [ProtocolRule("Profiles of version 2", "Our client reads oauth_client_credentials")]
    public void A_client_id_and_secret_are_read_as_clients_write_them()
    {
        var profile = Parse(
            """
            { "shareCredentialsVersion": 2, "type": "oauth_client_credentials", "endpoint": "https://h/p", "tokenEndpoint": "https://id/token?tenant=1",
              "clientId": "id", "clientSecret": "s3cr3t", "scope": "read" }
            """
        );

        profile.Credential.ShouldBe(
            new OAuthClientCredential
            {
                TokenEndpoint = new Uri("https://id/token?tenant=1"),
                ClientId = "id",
                ClientSecret = "s3cr3t",
                Scope = "read",
            }
        );
        profile.Version.ShouldBe(2);
        profile.ToString().ShouldNotContain("s3cr3t");
    }

    [Fact]
    [ProtocolRule("Profiles of version 2", "Our client reads oauth_jwt_bearer_private_key_jwt")]
    public void A_private_key_is_named_by_its_file()
    {
        var profile = Parse(
            """
            { "shareCredentialsVersion": 2, "type": "oauth_jwt_bearer_private_key_jwt", "endpoint": "https://h/p", "auth": { "tokenEndpoint": "https://id/token",
              "issuer": "i", "clientId": "c", "audience": "a", "privateKey": { "privateKeyFile": "/keys/k.pem", "keyId": "k", "algorithm": "RS256" } } }
            """
        );

        profile.Credential.ShouldBe(
            new PrivateKeyCredential
            {
                TokenEndpoint = new Uri("https://id/token"),
                Issuer = "i",
                ClientId = "c",
                Audience = "a",
                PrivateKeyFile = "/keys/k.pem",
                KeyId = "k",
                Algorithm = "RS256",
            }
        );
    }

    [Fact]
    [ProtocolRule("Profiles of version 2", "Our client reads bearer_token and basic")]
    public void Tokens_and_passwords_of_version_2_are_read_too()
    {
        Parse("""{"shareCredentialsVersion":2,"type":"bearer_token","endpoint":"https://h","bearerToken":"t"}""")
            .Credential.ShouldBe(new BearerTokenCredential("t"));
        var basic = Parse("""{"shareCredentialsVersion":2,"type":"basic","endpoint":"https://h","username":"u","password":"s3cr3t"}""");
        basic.Credential.ShouldBe(new BasicCredential("u", "s3cr3t"));
        basic.ToString().ShouldNotContain("s3cr3t");
    }

    [Fact]
    public void Every_kind_of_profile_that_is_written_reads_the_same()
    {
        ProfileCredential[] credentials =
        [
            new BearerTokenCredential("t"),
            new OAuthClientCredential
            {
                TokenEndpoint = new Uri("https://id/token"),
                ClientId = "c",
                ClientSecret = "s",
            },
            new PrivateKeyCredential
            {
                TokenEndpoint = new Uri("https://id/token"),
                Issuer = "i",
                ClientId = "c",
                Audience = "a",
                Scope = "x",
                PrivateKeyFile = "k.pem",
                KeyId = "k",
                Algorithm = "ES256",
            },
            new BasicCredential("u", "p"),
        ];

        foreach (var credential in credentials)
        {
            var profile = new SharingProfile { Endpoint = new Uri("https://h/p"), Credential = credential };
            SharingProfile.Parse(profile.ToJson()).ShouldBe(profile);
        }
    }

    [Theory]
    [InlineData("""{"shareCredentialsVersion":2,"type":"saml","endpoint":"https://h"}""", "'saml'")]
    [InlineData("""{"shareCredentialsVersion":3}""", "version 3")]
    [ProtocolRule("Profile File Format", "A version that is not known is refused by name")]
    public void Another_version_or_type_is_named_as_unsupported(string json, string named)
    {
        var exception = Should.Throw<SharingProtocolException>(() => Parse(json));

        exception.Error.ShouldBe(SharingProtocolError.Unsupported);
        exception.Message.ShouldContain(named);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("nonsense s3cr3t")]
    [InlineData("""{"endpoint":"https://h","bearerToken":"s3cr3t"}""")]
    [InlineData("""{"shareCredentialsVersion":"1","endpoint":"https://h","bearerToken":"s3cr3t"}""")]
    [InlineData("""{"shareCredentialsVersion":1,"bearerToken":"s3cr3t"}""")]
    [InlineData("""{"shareCredentialsVersion":1,"endpoint":"https://h"}""")]
    [InlineData("""{"shareCredentialsVersion":2,"endpoint":"https://h","bearerToken":"s3cr3t"}""")]
    [InlineData("""{"shareCredentialsVersion":2,"type":"oauth_client_credentials","endpoint":"https://h","clientId":"c","clientSecret":"s3cr3t"}""")]
    [InlineData(
        """{"shareCredentialsVersion":2,"type":"oauth_client_credentials","endpoint":"https://h","tokenEndpoint":"ftp://h","clientId":"c","clientSecret":"s3cr3t"}"""
    )]
    [InlineData("""{"shareCredentialsVersion":2,"type":"oauth_jwt_bearer_private_key_jwt","endpoint":"https://h","auth":"s3cr3t"}""")]
    [InlineData("""{"shareCredentialsVersion":1,"endpoint":"https://h","bearerToken":""}""")]
    [InlineData("""{"shareCredentialsVersion":1,"endpoint":"https://h","bearerToken":"s3cr3t\r\nx: y"}""")]
    [InlineData("""{"shareCredentialsVersion":1,"endpoint":"https://h","bearerToken":"s3cr3t\ud800"}""")]
    [InlineData("""{"shareCredentialsVersion":1,"endpoint":"file:///etc/passwd","bearerToken":"s3cr3t"}""")]
    [InlineData("""{"shareCredentialsVersion":1,"endpoint":"/relative","bearerToken":"s3cr3t"}""")]
    [InlineData("""{"shareCredentialsVersion":1,"endpoint":"https://user:pw@h","bearerToken":"s3cr3t"}""")]
    [InlineData("""{"shareCredentialsVersion":1,"endpoint":"https://h?x=1","bearerToken":"s3cr3t"}""")]
    public void A_malformed_profile_is_refused_without_repeating_its_secret(string json)
    {
        var exception = Should.Throw<SharingProtocolException>(() => Parse(json));

        exception.Error.ShouldBe(SharingProtocolError.Malformed);
        exception.ToString().ShouldNotContain("s3cr3t");
    }

    [Theory]
    [InlineData("2027-01-01", "2027-01-01T00:00:00Z")]
    [InlineData("2027-01-01T10:20:30", "2027-01-01T10:20:30Z")]
    [InlineData("2027-01-01 10:20:30.5", "2027-01-01T10:20:30.500Z")]
    [InlineData("2027-01-01T10:20", "2027-01-01T10:20:00Z")]
    [InlineData("2027-01-01T10:20:30+02:00", "2027-01-01T08:20:30Z")]
    [InlineData("never", null)]
    [InlineData("", null)]
    [ProtocolRule("Profile File Format", "An expirationTime without an offset is of UTC, and one that is no time is unknown")]
    public void An_expiration_time_without_an_offset_is_of_utc_and_one_that_is_no_time_is_unknown(string text, string? utc)
    {
        var profile = Parse($$"""{"shareCredentialsVersion":1,"endpoint":"https://h","bearerToken":"t","expirationTime":"{{text}}"}""");

        (profile.ExpirationTime is { } time ? WireTimestamp.Format(time) : null).ShouldBe(utc);
    }

    private static SharingProfile Parse(string json) => SharingProfile.Parse(Encoding.UTF8.GetBytes(json));
}
