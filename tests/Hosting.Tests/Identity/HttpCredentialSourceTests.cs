using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Tideway.Hosting.Identity;
using Tideway.Hosting.Tests.Hosts;

namespace Tideway.Hosting.Tests.Identity;

public sealed class HttpCredentialSourceTests
{
    private const string Key = "0123456789abcdef0123456789abcdef";

    [Fact]
    public async Task It_reads_what_recipient_auth_answers_over_http()
    {
        var known = new Credential
        {
            Kind = CredentialKind.Recipient,
            Id = Guid.CreateVersion7(),
            Name = "partner",
            ExpiresAt = new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero),
            AllowedIpAddresses = ["10.0.0.0/8"],
            Properties = new Dictionary<string, string>(StringComparer.Ordinal) { ["Country"] = "DE" },
        };
        await using var recipientAuth = await TestProcess.StartAsync(
            map: app =>
                app.MapPost(
                        "/internal/v1/introspect",
                        (Question question) => string.Equals(question.TokenSha256, "abc", StringComparison.Ordinal) ? Results.Ok(known) : Results.NoContent()
                    )
                    .RequireInternalKey(),
            settings: "--Internal:Key=" + Key
        );

        var source = Source(recipientAuth.Client.BaseAddress!, Key);

        var found = await source.FindAsync("abc", CancellationToken.None);
        found.ShouldNotBeNull();
        (found.Kind, found.Id, found.Name, found.ExpiresAt).ShouldBe((known.Kind, known.Id, known.Name, known.ExpiresAt));
        found.AllowedIpAddresses.ShouldBe(known.AllowedIpAddresses);
        found.Properties["Country"].ShouldBe("DE");
        (await source.FindAsync("def", CancellationToken.None)).ShouldBeNull();
        await Should.ThrowAsync<HttpRequestException>(() =>
            Source(recipientAuth.Client.BaseAddress!, new string('x', 32)).FindAsync("abc", CancellationToken.None)
        );
    }

    [Fact]
    public async Task A_recipient_auth_that_is_away_is_an_error_and_not_a_refusal() =>
        await Should.ThrowAsync<HttpRequestException>(() => Source(new Uri("http://127.0.0.1:1"), Key).FindAsync("abc", CancellationToken.None));

    private static HttpCredentialSource Source(Uri url, string key) =>
        new(
            new ServiceCollection().AddHttpClient().BuildServiceProvider().GetRequiredService<IHttpClientFactory>(),
            Options.Create(new RecipientAuthOptions { Url = url }),
            Options.Create(new InternalOptions { Key = key })
        );

    private sealed record Question(string TokenSha256);
}
