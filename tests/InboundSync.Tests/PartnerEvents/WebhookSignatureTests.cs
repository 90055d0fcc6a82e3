using System.Security.Cryptography;
using System.Text;
using Tideway.InboundSync.PartnerEvents;

namespace Tideway.InboundSync.Tests.PartnerEvents;

public sealed class WebhookSignatureTests
{
    private const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    [Fact]
    public void The_example_of_the_standard_is_valid()
    {
        // The values that the Standard Webhooks reference libraries test themselves with.
        const string Body = """{"test": 2432232314}""";

        WebhookSignature
            .IsValid(Secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, Encoding.UTF8.GetBytes(Body), "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
            .ShouldBeTrue();
    }

    [Theory]
    [InlineData("v1,AAAA")]
    [InlineData("v1,not base64")]
    [InlineData("v1a,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")]
    [InlineData("")]
    [InlineData("v1,")]
    [InlineData("g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")]
    public void Anything_else_is_not(string signatures) =>
        WebhookSignature.IsValid(Secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, """{"test": 2432232314}"""u8, signatures).ShouldBeFalse();

    [Fact]
    public void One_of_several_signatures_is_enough_but_only_of_the_first_ten()
    {
        var good = Sign("id", 7, "body");

        WebhookSignature.IsValid(Secret, "id", 7, "body"u8, $"v1,AAAA v2,x {good}").ShouldBeTrue();
        WebhookSignature.IsValid(Secret, "id", 7, "body"u8, string.Join(' ', Enumerable.Repeat("v1,AAAA", 10)) + " " + good).ShouldBeFalse();
    }

    [Theory]
    [InlineData("id2", 7, "body")]
    [InlineData("id", 8, "body")]
    [InlineData("id", 7, "body2")]
    public void Another_id_time_or_body_makes_it_invalid(string id, long timestamp, string body) =>
        WebhookSignature.IsValid(Secret, id, timestamp, Encoding.UTF8.GetBytes(body), Sign("id", 7, "body")).ShouldBeFalse();

    [Theory]
    [InlineData("1767268800", true)]
    [InlineData("1767268500", true)]
    [InlineData("1767269100", true)]
    [InlineData("1767268499", false)]
    [InlineData("1767269101", false)]
    [InlineData("-1", false)]
    [InlineData("now", false)]
    [InlineData(null, false)]
    public void A_time_must_be_near(string? header, bool expected) =>
        (WebhookSignature.FreshTimestamp(header, DateTimeOffset.FromUnixTimeSeconds(1767268800)) is not null).ShouldBe(expected);

    private static string Sign(string id, long timestamp, string body) =>
        "v1," + Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(Secret[6..]), Encoding.UTF8.GetBytes($"{id}.{timestamp}.{body}")));
}
