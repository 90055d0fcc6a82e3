using System.Net;
using Tideway.Contracts.RecipientAuth;
using Tideway.DeltaSharing.Protocol;
using Tideway.Hosting.Identity;
using Tideway.RecipientAuth.Secrets;
using Tideway.RecipientAuth.Tests.Hosts;
using Tideway.Testing;
using static Tideway.RecipientAuth.Tests.Hosts.Answers;

namespace Tideway.RecipientAuth.Tests.Activation;

public sealed class ActivationTests : IAsyncLifetime
{
    private const string UnknownLink = "/api/2.1/unity-catalog/public/data_sharing_activation/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    private RecipientAuthProcess process = null!;

    public async ValueTask InitializeAsync() => process = await RecipientAuthProcess.StartAsync();

    public ValueTask DisposeAsync() => process.DisposeAsync();

    [Fact]
    [ProtocolRule(
        "Profile File Format",
        "A recipient gets a profile file of version 1, which all clients read",
        Served = "by an activation link that can be used once"
    )]
    public async Task A_link_gives_a_profile_file_that_clients_read()
    {
        var link = await process.CreateRecipientAsync("acme");

        using var response = await process.Stranger.GetAsync(link);

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        response.Content.Headers.ContentDisposition!.FileName.ShouldBe("config.share");
        response.Headers.CacheControl!.NoStore.ShouldBeTrue();
        var profile = SharingProfile.Parse(await response.Content.ReadAsByteArrayAsync());
        profile.Endpoint.ShouldBe(new Uri(RecipientAuthProcess.PublicUrl + "/delta-sharing"));
        var token = profile.Credential.ShouldBeOfType<BearerTokenCredential>().Token;
        token.ShouldStartWith("twr_");
        token.Length.ShouldBe("twr_".Length + 43);
        var now = process.Time.GetUtcNow();
        profile.ExpirationTime!.Value.ShouldBeInRange(now.AddDays(90).AddMinutes(-10), now.AddDays(90));
        var issued = await process.Events.WaitForAsync<RecipientTokenIssued>(e => e.RecipientName == "acme");
        issued.SourceIp.ShouldBe("127.0.0.1");
        (await process.Admin.GetAnswerAsync(RecipientsPath + "/acme")).Json.GetProperty("activated").GetBoolean().ShouldBeTrue();
    }

    [Fact]
    public async Task The_token_stands_for_the_recipient()
    {
        var link = await process.CreateRecipientAsync(
            "acme",
            new { ip_access_list = new { allowed_ip_addresses = new[] { "192.0.2.0/24" } }, properties_kvpairs = new { properties = new { country = "US" } } }
        );

        var credential = await FindAsync(await process.TokenOfAsync(link));

        credential.ShouldNotBeNull();
        credential.Kind.ShouldBe(CredentialKind.Recipient);
        credential.Name.ShouldBe("acme");
        credential.AllowedIpAddresses.ShouldBe(["192.0.2.0/24"]);
        credential.Properties["country"].ShouldBe("US");
        credential.Roles.ShouldBeEmpty();
    }

    [Fact]
    public async Task Every_refusal_is_the_same_as_of_a_link_that_never_was()
    {
        var used = await process.CreateRecipientAsync("used");
        await process.TokenOfAsync(used);
        var deleted = await process.CreateRecipientAsync("deleted");
        await process.Admin.DeleteAnswerAsync(RecipientsPath + "/deleted");
        var replaced = await process.CreateRecipientAsync("replaced");
        await process.Admin.PostAnswerAsync(RecipientsPath + "/replaced/rotate-token", new { existing_token_expire_in_seconds = 0 });
        var elsewhere = await process.CreateRecipientAsync("elsewhere", new { ip_access_list = new { allowed_ip_addresses = new[] { "198.51.100.7" } } });
        var ended = await process.CreateRecipientAsync("ended", new { expiration_time = process.Time.GetUtcNow().AddDays(1).ToUnixTimeMilliseconds() });

        var unknown = await process.ActivateAsync(UnknownLink);
        unknown.Status.ShouldBe(HttpStatusCode.NotFound);
        foreach (var link in (string[])[used, deleted, replaced, elsewhere])
        {
            await ShouldBeUnknownAsync(link, unknown);
            await ShouldBeUnknownAsync(link.Replace("activation/", "activation_info/"), unknown);
        }

        process.Time.Advance(TimeSpan.FromHours(25));
        await ShouldBeUnknownAsync(ended, unknown);
        (await process.ActivateAsync(elsewhere, from: "198.51.100.7")).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_link_can_be_used_for_72_hours()
    {
        var early = await process.CreateRecipientAsync("early");
        var late = await process.CreateRecipientAsync("late");
        process.Time.Advance(TimeSpan.FromHours(72) - TimeSpan.FromMinutes(5));
        (await process.ActivateAsync(early)).Status.ShouldBe(HttpStatusCode.OK);

        process.Time.Advance(TimeSpan.FromMinutes(5));

        (await process.ActivateAsync(late)).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Looking_at_a_link_does_not_use_it()
    {
        var link = await process.CreateRecipientAsync("acme");
        var info = link.Replace("activation/", "activation_info/");

        (await process.ActivateAsync(info)).Json.GetProperty("expiration_time").GetInt64().ShouldBeGreaterThan(0);
        (await process.ActivateAsync(info)).Status.ShouldBe(HttpStatusCode.OK);

        (await process.ActivateAsync(link)).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Of_many_at_the_same_moment_exactly_one_gets_the_token()
    {
        var link = await process.CreateRecipientAsync("acme");

        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => process.ActivateAsync(link)));

        answers.Count(a => a.Status == HttpStatusCode.OK).ShouldBe(1);
        answers.Count(a => a.Status == HttpStatusCode.NotFound).ShouldBe(11);
        (await process.Admin.GetAnswerAsync(RecipientsPath + "/acme")).Json.GetProperty("tokens").GetArrayLength().ShouldBe(1);
    }

    [Fact]
    public async Task A_browser_gets_a_page_first_which_uses_nothing_and_tells_nothing()
    {
        const string Browser = "text/html,application/xhtml+xml,*/*;q=0.8";
        var link = await process.CreateRecipientAsync("acme");

        var page = await process.ActivateAsync(link, accept: Browser);

        page.Status.ShouldBe(HttpStatusCode.OK);
        page.Text.ShouldContain("<form");
        page.Text.ShouldNotContain("twr_");
        (await process.ActivateAsync(UnknownLink, accept: Browser)).ShouldBe(page);
        (await process.ActivateAsync(link + "?download=true", accept: Browser)).Json.GetProperty("bearerToken").GetString().ShouldNotBeNull();
    }

    [Fact]
    public async Task The_token_ends_with_its_recipient_expiration_time()
    {
        var end = process.Time.GetUtcNow().AddDays(10).ToUnixTimeMilliseconds();
        var token = await process.TokenOfAsync(await process.CreateRecipientAsync("acme", new { expiration_time = end }));

        (await FindAsync(token))!.ExpiresAt.ToUnixTimeMilliseconds().ShouldBe(end);
        process.Time.Advance(TimeSpan.FromDays(10));
        (await FindAsync(token)).ShouldBeNull();
    }

    [Fact]
    public async Task A_token_ends_after_90_days()
    {
        var token = await process.TokenOfAsync(await process.CreateRecipientAsync("acme"));
        process.Time.Advance(TimeSpan.FromDays(90) - TimeSpan.FromMinutes(5));
        (await FindAsync(token)).ShouldNotBeNull();

        process.Time.Advance(TimeSpan.FromMinutes(5));

        (await FindAsync(token)).ShouldBeNull();
    }

    private async Task ShouldBeUnknownAsync(string link, Answer unknown)
    {
        var answer = await process.ActivateAsync(link);
        answer.Status.ShouldBe(unknown.Status);
        WithoutTrace(answer).ShouldBe(WithoutTrace(unknown));
    }

    private static string WithoutTrace(Answer answer) =>
        string.Join('\n', answer.Json.EnumerateObject().Where(p => p.Name is not ("traceId" or "trace_id")).Select(p => p.ToString()));

    private Task<Credential?> FindAsync(string token) =>
        process.Get<ICredentialSource>().FindAsync(Secret.Sha256(token), TestContext.Current.CancellationToken);
}
