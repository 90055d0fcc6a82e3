using System.Text.Json;
using Serilog.Events;
using Serilog.Parsing;
using Tideway.Hosting.Logging;

namespace Tideway.Hosting.Tests.Logging;

public sealed class SecretRedactionTests
{
    [Theory]
    [InlineData("Authorization: Bearer faaie590d541265bcab1f2de9813274bf233")]
    [InlineData("bearer faaie590d541265bcab1f2de9813274bf233")]
    [InlineData("GET https://a.blob.core.windows.net/c/f.parquet?sv=2020&sp=r&sig=faaie590d541265bcab1f2de9813274bf233%3D&se=1")]
    [InlineData("https://b.s3.amazonaws.com/f?X-Amz-Date=1&X-Amz-Signature=faaie590d541265bcab1f2de9813274bf233")]
    [InlineData("https://b.s3.amazonaws.com/f?X-Amz-Security-Token=faaie590d541265bcab1f2de9813274bf233&x=1")]
    [InlineData("https://storage.googleapis.com/b/f?X-Goog-Signature=faaie590d541265bcab1f2de9813274bf233")]
    [InlineData("http://127.0.0.1:8080/files/f.parquet?exp=1&sp=r&req=2&sig=faaie590d541265bcab1f2de9813274bf233")]
    [InlineData("Host=db;Username=tideway;Password=faaie590d541265bcab1f2de9813274bf233;Database=x")]
    [InlineData("Host=db;Username=tideway;pwd = 'faaie590d541265bcab1f2de9813274bf233; x'")]
    [InlineData("Host=db;Password=\"faaie590d541265bcab1f2de9813274bf233;x\"")]
    [InlineData("amqp://tideway:faaie590d541265bcab1f2de9813274bf233@rabbit:5672/acme")]
    [InlineData("secret whsec_faaie590d541265bcab1f2de9813274bf233== is new")]
    [InlineData("the token twp_faaie590d541265bcab1f2de9813274bf233 is new")]
    [InlineData("grant_type=client_credentials&client_secret=faaie590d541265bcab1f2de9813274bf233")]
    [InlineData("{\"shareCredentialsVersion\":1,\"bearerToken\":\"faaie590d541265bcab1f2de9813274bf233\"}")]
    [InlineData("/api/2.1/unity-catalog/public/data_sharing_activation/faaie590d541265bcab1f2de9813274bf233")]
    public void A_secret_is_taken_out_of_plain_text_and_of_json(string text)
    {
        SecretRedaction.Redact(text).ShouldNotContain("faaie590d541265bcab1f2de9813274bf233");
        SecretRedaction.Redact(JsonSerializer.Serialize(text)).ShouldNotContain("faaie590d541265bcab1f2de9813274bf233");
        SecretRedaction.Redact(text).ShouldContain("***");
    }

    [Theory]
    [InlineData(
        "https://a.blob.core.windows.net/c/f.parquet?sv=2020&sp=r&sig=abcdefgh&se=1",
        "https://a.blob.core.windows.net/c/f.parquet?sv=2020&sp=r&sig=***&se=1"
    )]
    [InlineData("amqp://tideway:hidden@rabbit:5672/acme", "amqp://tideway:***@rabbit:5672/acme")]
    [InlineData("Host=db;Password=hidden;Database=x", "Host=db;Password=***;Database=x")]
    public void What_is_beside_a_secret_stays(string text, string expected) => SecretRedaction.Redact(text).ShouldBe(expected);

    [Theory]
    [InlineData("Share acme was granted to partner b")]
    [InlineData("design=3 signature tokens were counted")]
    [InlineData("http://127.0.0.1:8080/delta-sharing/shares?maxResults=1&pageToken=x")]
    public void Text_without_a_secret_stays_as_it_is(string text) => SecretRedaction.Redact(text).ShouldBe(text);

    [Fact]
    public void A_log_line_is_one_line_of_json_without_the_secrets_of_its_properties_and_its_exception()
    {
        var template = new MessageTemplateParser().Parse("Connecting with {ConnectionString}");
        var logged = new LogEvent(
            DateTimeOffset.UnixEpoch,
            LogEventLevel.Warning,
            new InvalidOperationException("token=hidden-in-exception"),
            template,
            [new LogEventProperty("ConnectionString", new ScalarValue("Host=db;Password=\"hidden;in;property\""))]
        );
        using var output = new StringWriter();

        new RedactingJsonFormatter().Format(logged, output);

        var line = output.ToString();
        line.ShouldNotContain("hidden");
        line.TrimEnd().ShouldNotContain("\n");
        JsonDocument.Parse(line).RootElement.GetProperty("Level").GetString().ShouldBe("Warning");
    }
}
