using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Tideway.Hosting.Identity;
using Tideway.Hosting.Secrets;
using Tideway.Hosting.Startup;
using Tideway.Hosting.Tests.Hosts;
using Tideway.Hosting.Tests.Messaging;
using Tideway.Hosting.Web;

namespace Tideway.Hosting.Tests.Startup;

public sealed class OptionsTests
{
    [Theory]
    [InlineData("--Bus:Transport=RabbitMq", "Bus:ConnectionString must be amqp://user:password@host:port/vhost")]
    [InlineData("--Bus:BatchSize=0", "BatchSize")]
    [InlineData("--Bus:OutboxPollInterval=01:00:00", "The field OutboxPollInterval must be between 00:00:00.0500000 and 00:10:00.")]
    [InlineData("--Database:Engine=PostgreSql", "Database:ConnectionString is needed where Database:Engine is PostgreSql.")]
    [InlineData("--Database:SqliteSynchronous=OFF", "SqliteSynchronous")]
    [InlineData("--Web:MaxRequestBodyBytes=1", "MaxRequestBodyBytes")]
    [InlineData("--Web:TrustedProxies:0=proxy", "Web:TrustedProxies must hold addresses and CIDR ranges such as 10.0.0.0/8; got 'proxy'.")]
    [InlineData("--Internal:Key=short", "Internal:Key must be at least 32 characters long.")]
    [InlineData("--Redis:Timeout=00:01:00", "Timeout")]
    public async Task A_setting_that_makes_no_sense_stops_the_start_and_is_named(string setting, string expected)
    {
        var refused = await Should.ThrowAsync<OptionsValidationException>(() => TestProcess.StartAsync(settings: setting));

        refused.Message.ShouldContain(expected);
    }

    [Theory]
    [InlineData("--Internal:Key=0123456789abcdef0123456789abcdef", "RecipientAuth:Url is needed")]
    [InlineData("--RecipientAuth:Url=http://recipient-auth", "Internal:Key is needed")]
    [InlineData("--RecipientAuth:Url=recipient-auth", "RecipientAuth:Url must be an absolute http or https address")]
    public async Task A_process_that_could_check_no_credential_does_not_start(string setting, string expected)
    {
        var refused = await Should.ThrowAsync<OptionsValidationException>(() =>
            TestProcess.StartAsync(builder => builder.Services.AddSingleton<ICredentialSource, HttpCredentialSource>(), settings: setting)
        );

        refused.Message.ShouldContain(expected);
    }

    [Theory]
    [InlineData(null, "Public:Url is needed")]
    [InlineData("--Public:Url=data.example.org", "Public:Url must be an absolute http or https address")]
    [InlineData("--Public:Url=ftp://data.example.org", "Public:Url must be an absolute http or https address")]
    [InlineData("--Public:Url=https://data.example.org?x=1", "Public:Url must be an absolute http or https address")]
    public async Task The_public_address_is_checked_by_whoever_uses_it(string? setting, string expected)
    {
        await using var process = await TestProcess.StartAsync(settings: setting is null ? [] : [setting]);

        Should.Throw<OptionsValidationException>(() => process.Services.GetRequiredService<IOptions<PublicOptions>>().Value).Message.ShouldContain(expected);
    }

    [Theory]
    [InlineData("https://data.example.org", "https://data.example.org/files/a%20b")]
    [InlineData("https://data.example.org/", "https://data.example.org/files/a%20b")]
    [InlineData("https://example.org:8443/tideway/", "https://example.org:8443/tideway/files/a%20b")]
    public void A_public_address_is_made_of_the_base_and_the_path(string url, string expected) =>
        new PublicOptions { Url = new Uri(url) }
            .At("/files/a%20b")
            .AbsoluteUri.ShouldBe(expected);

    [Theory]
    [InlineData(new string[0], "Either Secrets:KeyFile or Secrets:Keys is needed")]
    [InlineData(new[] { "--Secrets:Keys:0=abc" }, "Secrets:Keys:0 must be 32 bytes as Base64.")]
    [InlineData(new[] { "--Secrets:KeyFile=x", "--Secrets:Keys:0=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=" }, "and not both")]
    public async Task Keys_are_checked_when_they_are_first_used(string[] settings, string expected)
    {
        await using var process = await TestProcess.StartAsync(settings: settings);
        var protector = process.Services.GetRequiredService<SecretProtector>();

        Should.Throw<OptionsValidationException>(() => protector.Protect("x", "p", "1")).Message.ShouldContain(expected);
    }

    [Fact]
    public async Task A_consumer_that_the_organisation_does_not_know_of_stops_the_start()
    {
        var refused = await Should.ThrowAsync<InvalidOperationException>(() =>
            TestProcess.StartAsync(
                [],
                builder =>
                {
                    builder.Services.AddSingleton(new NoteTrouble());
                    builder.AddServiceDatabase((options, time) => new TestDatabase(options, time));
                    builder.AddConsumer<TestDatabase, WriteNoteConsumer, NoteWritten>("test-service", "unheard-of");
                }
            )
        );

        refused.Message.ShouldContain("test-service-unheard-of of NoteWritten");
    }
}
